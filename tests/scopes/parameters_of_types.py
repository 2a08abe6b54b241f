import T, Name  #= import
def f[T: Name = Name](x: T, y=Name) -> T:  #= fT #? T -> fT; Name -> import
    T  #? T -> fT
@T  #? T -> import
class A[T](T):  #= AT #? T -> AT
    T  #? T -> import
    Name = 1  #= AName
    def g[U: Name](self, x: Name) -> Name:  #? Name -> AName, import
        Name, U, T  #? Name -> import; T -> AT
    type B[V] = Name | V | Later  #= V #? Name -> AName, import; V -> V; Later -> later
    T = 2  #= T2
    def h(self):
        T  #? T -> AT
type C = C | T | Later  #= C #? C -> C; T -> import; Later -> later
Later = 1  #= later
def i[*Ts, **P](*x: *Ts, **y: P.kwargs): pass  #= TsP #? Ts -> TsP; P -> TsP
type = 1  #= type
type  #? type -> type
