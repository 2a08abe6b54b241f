import a  #= import
a  #? a -> import
if a:  #? a -> import
    a = 1  #= one
    a  #? a -> one
    from b import a  #= two
    a  #? a -> two
elif a():  #? a -> import
    a = 3  #= three
else:
    a  #? a -> import
a  #? a -> two, three, import
if b:  #? b -> builtin
    b = 1  #= b1
else:
    b = 2  #= b2
b  #? b -> b1, b2
if x:
    c = 1  #= c1
c  #? c -> c1, builtin
c = c  #= c2 #? c -> c1, builtin
c  #? c -> c2
del c
c  #? c -> builtin
c = 5  #= c5
c += c  #= c6 #? c -> c5
c  #? c -> c6
if x:
    del c
c  #? c -> c6, builtin
d: int
d  #? d -> builtin
(e): int
e  #? e -> builtin
f: int = f  #= f #? f -> builtin
f  #? f -> f
if x:
    g = 1  #= g1
    raise x
    g = 2  #= g2
    g  #? g -> g2
else:
    g = 3  #= g3
g  #? g -> g3
if x:
    h = 1  #= h1
elif y:
    h = 2  #= h2
    raise
elif z:
    raise
h  #? h -> h1, builtin
i.j = 1  #? i -> builtin
i = 1  #= i
i.j = i  #? i -> i
del i.j  #? i -> i
i.j[i].k += i  #? i -> i
i  #? i -> i
j, (k, *l) = j, k  #= jkl #? j -> builtin; k -> builtin
j, k, l  #? j -> jkl; k -> jkl; l -> jkl
m = (m := 1, m)  #= m #? m -> m
f(m=n, n=m)  #? n -> builtin; m -> m; f -> f
