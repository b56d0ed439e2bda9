# %% lists, sets, dicts
print([3, 1, 2], sorted({3, 1, 2}), {"a": 1, "b": [2]}, (1,), frozenset([1]))
# %% comprehensions
print([x * y for x in range(3) for y in range(3) if x != y], {k: v for k, v in zip("ab", [1, 2])}, {x % 2 for x in range(5)})
# %% a comprehension has a scope of its own
x = "outer"; [x for x in range(3)]; print(x)
# %% generators
def gen():
    received = yield 1
    print("received", received)
    yield from [2, 3]
    return "end"
g = gen(); print(next(g), g.send("hi"), list(g))
# %% a generator that is closed
def gen():
    try:
        yield 1
    finally:
        print("closed")
g = gen(); next(g); g.close()
# %% StopIteration out of nothing
next(iter([]))
# %% counters and default dicts
from collections import Counter, defaultdict, deque, namedtuple, OrderedDict, ChainMap
print(Counter("abracadabra").most_common(2), dict(defaultdict(int, a=1)), deque([1, 2, 3], maxlen=2))
P = namedtuple("P", "x y"); print(P(1, 2), P(1, 2)._replace(x=5), ChainMap({"a": 1}, {"a": 2, "b": 3})["b"])
# %% itertools
import itertools as it
print(list(it.islice(it.count(5), 3)), list(it.permutations("abc", 2))[:3], [list(g) for _, g in it.groupby("aabbb")], list(it.accumulate([1, 2, 3])))
# %% functools
import functools
@functools.lru_cache(maxsize=None)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(80), fib.cache_info(), functools.reduce(lambda a, b: a * b, [1, 2, 3, 4]))
# %% sorting by key, stable
print(sorted(["bb", "a", "cc", "d"], key=len), sorted([3, 1], reverse=True), max("abc", key=ord))
# %% sorting what cannot be
sorted([1, "a"])
# %% a missing key
{"a": 1}["b"]
# %% an index out of range
[1, 2][5]
# %% a dict that changes while it is walked
d = {1: 1}
for k in d: d[k + 1] = 1
# %% heaps and bisection
import heapq, bisect
h = [5, 1, 3]; heapq.heapify(h); print(heapq.heappop(h), bisect.bisect([1, 3, 5], 3))
# %% enumerate, zip, map, filter
print(list(enumerate("ab", 1)), list(zip([1, 2], "ab")), list(map(str, [1])), list(filter(None, [0, 1])), any([]), all([]))
# %% nested structures printed prettily
import pprint
pprint.pprint({"key%d" % i: list(range(i)) for i in range(12)}, width=40)
# %% a list in itself
x = [1]; x.append(x); print(x)
# %% arrays
import array
print(array.array("i", [1, 2, 3]), array.array("d", [1.5]).tobytes())
# %% large output
for i in range(3000): print("line", i)
# %% copies, shallow and deep
import copy
a = [[1]]; b = copy.copy(a); c = copy.deepcopy(a); a[0].append(2); print(b, c)
