import x, y  #= import
[x for x in (x)]
[x  #? x -> c2
 for x in y]  #= c2
{x: y  #? x -> c3; y -> c3b
 for x in y  #= c3 #? y -> import
 for y in x if x and y}  #= c3b #? x -> c3; y -> c3b
x, y  #? x -> import; y -> import
if any((w := z) for z in x): pass  #= w1
w  #? w -> w1, builtin
[(v := z) for z in x if v]  #= v1 #? v -> v1, builtin
v  #? v -> v1, builtin
def f():
    [(u := z) for z in x]  #= u1
    u  #? u -> u1
    def g():
        u  #? u -> u1
(lambda x, *y: (x, y))  #= lambda #? x -> lambda; y -> lambda
(lambda x=x: 0)  #? x -> import
gen = (x  #? x -> import, again
       for _ in x)  #? x -> import
x = 1  #= again
[x for _ in y]  #? x -> again
class A:
    x = 2  #= A
    [x for _ in x if x]
f"{x} {y!r:>{x}} {[y for y in x]}"  #= f #? x -> again
[(s, s1)  #? s -> s; s1 -> s
 for s, *s1 in y  #= s
 ]
