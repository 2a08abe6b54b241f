import a.b.c  #= a1
a.b.c, b, c  #? a -> a1; b -> builtin; c -> builtin
import a.d  #= a2
a  #? a -> a1, a2
import e.f as g, e.h  #= gh
g, f, e  #? g -> gh; f -> builtin; e -> gh
from .. import i, j as k  #= ik
from .l.m import n  #= n
i, j, k, l, m, n  #? i -> ik; j -> builtin; k -> ik; l -> builtin; m -> builtin; n -> n
f().i.i, n[i].i, (n).i  #? f -> builtin; n -> n; i -> ik
class C:
    import __o  #= o
    __o, _C__o  #? __o -> o; _C__o -> o
    def p(self, __q):  #= q
        __o, __r, __q, __s__  #? __o -> builtin; __r -> builtin; __q -> q; __s__ -> s
        self.__o.__r
import __r, __s__, _C__t  #= s
__r  #? __r -> s
class C:
    __t  #? __t -> s
