a  #? a -> builtin
from m import *  #= one
a  #? a -> *one, builtin
a = 1  #= a1
a, b  #? a -> a1; b -> *one, builtin
from n import *  #= two
a, b  #? a -> a1, *two; b -> *one, *two, builtin
def f():
    a, b, c = 1, 2, a  #= f #? a -> nothing
    b, d  #? b -> f; d -> d, *one, *two, *three, *four, *five, builtin
try:
    from o import *  #= three
except ImportError:
    d  #? d -> *one, *two, *three, builtin
    e = 1  #= e
e, a  #? e -> e, *one, *two, *three, builtin; a -> a1, *two, *three
if x:
    from p import *  #= four
else:
    d = 1  #= d
    d  #? d -> d
d  #? d -> d, *one, *two, *three, *four, builtin
for _ in x:
    g, h  #? g -> *one, *two, *three, *four, *five, builtin; h -> *one, *two, *three, *four, *five, h, builtin
    h = 1  #= h
    h  #? h -> h
    from q import *  #= five
