try:
    import a  #= a1
except ImportError:
    a = None  #= a2
a  #? a -> a1, a2
try:
    b = 1  #= b1
    b = 2  #= b2
    b  #? b -> b2
except E:
    b  #? b -> b1, b2, builtin
else:
    b  #? b -> b2
    b = 3  #= b3
b  #? b -> b1, b2, b3, builtin
try:
    c = 1  #= c1
except E as e:  #= e
    e  #? e -> e
    raise
c  #? c -> c1
e  #? e -> builtin
try:
    d = 1  #= d1
finally:
    d  #? d -> d1, builtin
d  #? d -> d1
try:
    f = 1  #= f1
except E:
    f = 2  #= f2
    raise
else:
    f = 3  #= f3
finally:
    f  #? f -> f1, f2, f3, builtin
    g = 1  #= g1
f, g  #? f -> f3; g -> g1
for _ in x:
    try:
        h = 1  #= h1
        break
    finally:
        i = 1  #= i1
        j = h  #= j1 #? h -> h1, builtin
h, i, j  #? h -> h1, builtin; i -> i1, builtin; j -> j1, builtin
for _ in x:
    try:
        k = 1  #= k1
    except E as k:  #= k2
        break
    else:
        continue
k  #? k -> k1, builtin
try:
    l = 1  #= l1
    try:
        l = 2  #= l2
    except E:
        l = 3  #= l3
    l = 4  #= l4
except E:
    l  #? l -> l1, l2, l3, l4, builtin
try:
    m = 1  #= m1
except* E:
    m = 2  #= m2
except* F:
    m  #? m -> m1, m2, builtin
m  #? m -> m1, m2, builtin
from n import o  #= o1
try:
    del o
except E:
    o  #? o -> o1, builtin
o  #? o -> builtin, o1
try:
    raise E
except E:
    p = 1  #= p1
p  #? p -> p1
try:
    from q import q  #= q1
except E:
    raise
q  #? q -> q1
def f():
    try:
        return 1
    finally:
        r = 1  #= r1
    r  #? r -> r1
