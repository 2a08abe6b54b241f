Name = 1  #= Name
match Name:  #? Name -> Name
    case Name():  #? Name -> Name
        pass
    case Name.a.b | "x":  #? Name -> Name
        a = 1  #= a1
    case Name(x=b, y=Name(c)):  #= bc #? Name -> Name
        b, c  #? b -> bc; c -> bc
    case [d, *e] if d:  #= de #? d -> de
        e  #? e -> de
    case {"k": f, Name.z: g, **h}:  #= fgh #? Name -> Name
        f, g, h  #? f -> fgh; g -> fgh; h -> fgh
    case (1 as i) | [i]:  #= i1
        i  #? i -> i1
    case Name:  #= capture
        Name  #? Name -> capture
Name  #? Name -> Name, capture
a, d  #? a -> a1, builtin; d -> de, builtin
match x:
    case 1:
        j = 1  #= j1
    case _:
        j = 2  #= j2
j  #? j -> j1, j2
match x:
    case 1:
        k = 1  #= k1
k  #? k -> k1, builtin
