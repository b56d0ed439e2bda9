# %% integers of any size
print(2**200, -7 // 2, -7 % 3, divmod(-7, 2), 0x1f, 0b101, 1_000)
# %% floats
print(0.1 + 0.2, 1e300 * 1e10, float("nan"), -0.0, round(2.5), round(3.14159, 2))
# %% complex
print((1 + 2j) * (3 - 1j), abs(3 + 4j))
# %% decimal and fraction
from decimal import Decimal, getcontext
from fractions import Fraction
getcontext().prec = 30
print(Decimal(1) / Decimal(7), Fraction(3, 9), Fraction("0.125"))
# %% division by zero
print("before")
1 / 0
# %% overflow
import math
math.exp(1000)
# %% formatted text
name, n = "Ada", 3.14159
print(f"{name!r:>10}|{n:.2f}|{n:08.3f}|{1234567:,}|{255:#x}|{name=}")
# %% old formats
print("%s %5d %-5s| %.3f" % ("a", 42, "b", 2 / 3), "{0} {1} {0}".format("x", "y"))
# %% methods of text
print("a,b,,c".split(","), " x ".strip(), "abc".center(9, "*"), "Straße".upper(), "x".join("abc"))
# %% bytes
b = bytes(range(10)); print(b, b.hex(), bytearray(b)[::2], b"\xff".decode("latin-1"), "ü".encode())
# %% bytes that are not UTF-8
b"\xff\xfe".decode("utf-8")
# %% text beyond the BMP
s = "🐍é"; print(len(s), s.encode("utf-8"), s[::-1], [hex(ord(c)) for c in s])
# %% a lone surrogate is printed
print("\ud800")
# %% names of characters
import unicodedata
print(unicodedata.name("ß"), unicodedata.normalize("NFD", "é") == "é")
# %% regular expressions
import re
print(re.findall(r"(\w)(\d+)", "a1 b22 c333"), re.sub(r"(?P<x>a+)", r"[\g<x>]", "caaat"), re.split(r"[,;]\s*", "a, b;c"))
# %% a bad regular expression
import re
re.compile("(unclosed")
# %% integer of a wrong text
int("12x")
# %% slices
x = list(range(10)); x[2:5] = "ab"; del x[::3]; print(x, x[-3:], x[::-1])
# %% comparisons in a chain
print(1 < 2 < 3, 1 < 3 > 2, None is None, [] == [], (1, 2) < (1, 3))
# %% walrus
if (n := len("four")) > 3: print(n)
# %% multiple assignment
a, *b, (c, d) = 1, 2, 3, (4, 5); print(a, b, c, d)
# %% unpacking too few
a, b, c = 1, 2
# %% the random module with a seed
import random
r = random.Random(42); print([r.randrange(100) for _ in range(5)], r.choice("abc"))
# %% struct and hashes
import struct, hashlib
print(struct.pack(">IhB", 1, -2, 3), hashlib.sha256(b"x").hexdigest()[:16])
# %% base64, zlib and json
import base64, zlib, json
print(base64.b64encode(b"hi"), len(zlib.compress(b"a" * 1000)), json.dumps({"b": [1, None, True], "a": "ü"}, sort_keys=True, indent=1))
# %% bad json
import json
json.loads("{bad}")
# %% dates
import datetime as d
print(d.date(2024, 2, 29) + d.timedelta(days=366), d.datetime(2020, 1, 1, tzinfo=d.timezone.utc).isoformat())
# %% text wrapped and templated
import textwrap, string
print(textwrap.fill("the quick brown fox jumps", 10)); print(string.Template("$a-${b}").substitute(a=1, b=2))
