import Name, list  #= import
class A:  #= A
    Name = Name  #= attribute #? Name -> import
    Name  #? Name -> attribute
    def method(
        self,
        it: Name  #? Name -> attribute, import, last
        = Name,  #? Name -> attribute
    ) -> Name:  #? Name -> attribute, import, last
        return Name, list, A  #? Name -> import, last; list -> import; A -> A
    def list(self): pass  #= list
    list  #? list -> list
    x = [_ for _ in Name]  #= x #? _ -> x; Name -> attribute
    class B(Name):  #? Name -> attribute
        Name  #? Name -> import
        x  #? x -> builtin
    A  #? A -> builtin
    if x:  #? x -> x
        y = 1  #= y
    y  #? y -> y, builtin
    z: Name
    z  #? z -> builtin
    lambda Name=Name: Name  #= lambda
A  #? A -> A
class C:
    x = [Name  #? Name -> import
         for a in Name  #= a #? Name -> import
         for b in Name]  #? Name -> import
class D:
    Name = 1  #= D
    x = [
        Name  #? Name -> import
        for a in Name  #? Name -> D
        for b in Name if Name]  #? Name -> import
    y = (
        Name  #? Name -> import, last
        for a in Name)  #? Name -> D
    global late
    late = 1  #= late1
    late  #? late -> late1, builtin
late = 2  #= late2
late  #? late -> late1, late2
def f():
    Name = 1  #= local
    outer = 1  #= outer
    class E:
        Name  #? Name -> import, last
        Name = 2  #= E
        Name  #? Name -> E
        outer  #? outer -> outer, F
        def g(self):
            return Name, outer  #? Name -> local; outer -> outer, F
    class F:
        nonlocal outer
        outer = 3  #= F
    return outer  #? outer -> outer, F
Name = 3  #= last
class G:
    Name  #? Name -> last
    def g(self):
        Name  #? Name -> import, last
@Name  #? Name -> last
class H(Name, metaclass=Name):  #? Name -> last
    pass
for _ in x:
    class I:
        t  #? t -> builtin
        t = 1  #= t1
        t  #? t -> t1
