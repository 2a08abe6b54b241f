if a and (b := a):  #= b1
    b  #? b -> b1
else:
    b  #? b -> b1, builtin
b  #? b -> b1, builtin
if not (c := a):  #= c1
    c  #? c -> c1
if a or (d := a):  #= d1
    d  #? d -> d1, builtin
else:
    d  #? d -> d1
if not (a and (e := a)):  #= e1
    e  #? e -> e1, builtin
else:
    e  #? e -> e1
while (f := a):  #= f1
    f  #? f -> f1
f  #? f -> f1
while a and (g := a):  #= g1
    g  #? g -> g1
    g = 2  #= g2
g  #? g -> g1, g2, builtin
(h := 1) if (i := a) else h  #= h1 #? h -> builtin
h, i  #? h -> h1, builtin; i -> h1
a < (j := a) < (k := a) < k  #= jk #? k -> jk
j, k  #? j -> jk; k -> jk, builtin
assert (l := a), l  #= l1 #? l -> l1
l  #? l -> l1
assert a and (m := a)  #= m1
m  #? m -> m1
if a:
    pass
elif (n := a):  #= n1
    n  #? n -> n1
n  #? n -> n1, builtin
x = a and (o := a) and o or o  #= o1
