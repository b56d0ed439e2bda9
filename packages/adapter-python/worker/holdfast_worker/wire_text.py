"""Text that a message can hold: a plain ``str``, in UTF-8, of bounded length. Nothing here calls user code."""


def sayable(text):
    """The same text with lone surrogates escaped, as Python does on stderr; of a subclass of ``str`` its content."""
    if type(text) is not str:
        text = str.__str__(text)
    try:
        text.encode("utf-8")
        return text
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode("utf-8")


def cut(text, limit):
    """At most ``limit`` characters of a text, with a note of how many there were."""
    size = str.__len__(text)
    if size <= limit:
        return sayable(text)
    return "%s… (%d characters in all)" % (sayable(str.__getitem__(text, slice(limit))), size)
