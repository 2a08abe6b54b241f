import a  #= import
for x in a:  #= for #? a -> import
    a, x  #? a -> import, late; x -> for
    a = 1  #= early
    a  #? a -> early
    a = 2  #= late
    a  #? a -> late
else:
    a, x  #? a -> import, late; x -> for, builtin
a  #? a -> import, late
for _ in x:
    b  #? b -> builtin
    b = 1  #= b1
    break
b  #? b -> b1, builtin
for _ in x:
    c  #? c -> c1, c2, builtin
    c = 1  #= c1
    if x:
        continue
    c = 2  #= c2
c  #? c -> c1, c2, builtin
while True:
    d = 1  #= d1
    if x:
        d = 2  #= d2
        break
    d  #? d -> d1
d  #? d -> d2
for e in x:  #= e
    if e:  #? e -> e
        f = 1  #= f1
        break
else:
    f = 2  #= f2
f  #? f -> f1, f2
for _ in x:
    for _ in x:
        g, h  #? g -> g1, builtin; h -> h1, builtin
        g = 1  #= g1
    h = 1  #= h1
g  #? g -> g1, builtin
while x:
    i = 1  #= i1
    while x:
        i  #? i -> i1, i2, i3
        i = 2  #= i2
        if x:
            i = 3  #= i3
            continue
        i  #? i -> i2
    i  #? i -> i1, i2, i3
    i = 4  #= i4
i  #? i -> i4, builtin
for _ in x:
    j  #? j -> j1, builtin
    if x:
        j = 1  #= j1
    else:
        j = 2  #= j2
        raise
for j[x] in x:  #? j -> j1, builtin
    pass
for k in k:  #= k #? k -> builtin
    for k.l in k:  #? k -> k
        pass
