with a as b:  #= b1
    c = b  #= c1 #? b -> b1
b, c  #? b -> b1; c -> c1
with suppress(E):  #? E -> builtin
    import d  #= d1
    import e  #= e1
d, e  #? d -> d1, builtin; e -> e1, builtin
with contextlib.suppress(E) as f, f as f:  #= f1 #? f -> f1
    f = 1  #= f2
f  #? f -> f1, f2
with self.assertRaises(E):
    g = 1  #= g1
    raise E
g  #? g -> g1, builtin
with x:
    h = 1  #= h1
    raise
h  #? h -> h1, builtin
with (a as i, b as (j, k)):  #= ijk
    i, j, k  #? i -> ijk; j -> ijk; k -> ijk
