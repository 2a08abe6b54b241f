import Name  #= import
def f(Name, *args, **kwargs):  #= parameter
    Name, args, kwargs  #? Name -> parameter; args -> parameter; kwargs -> parameter
def g(a=Name, *, b=Name):  #? Name -> import
    Name  #? Name -> nothing
    Name = a  #= local
    Name  #? Name -> local
def h():
    Name, late, never  #? Name -> import, again; late -> late, builtin; never -> builtin
    def i():
        return var  #? var -> var1, var2, var3
    var = 1  #= var1
    if var:  #? var -> var1
        var = 2  #= var2
    var  #? var -> var1, var2
    lambda: var, lambda var: var
    return Name  #? Name -> import, again
    var = 3  #= var3
Name = 2  #= again
late = 1  #= late
@Name  #? Name -> again
def j(): j  #= j #? j -> j
def k():
    print(len)  #? print -> builtin; len -> nothing
    for len in x:  #= len
        pass
def l():
    import os.path  #= os1
    import os  #= os2
    os.path  #? os -> os1, os2
def m():
    import os.path  #= os3
    def n():
        nonlocal os
        os = 1  #= os4
        os  #? os -> os3, os4
    os  #? os -> os3, os4
def o():
    global Glob, Name2
    Glob = 1  #= glob1
    Glob, Name2  #? Glob -> glob1, builtin; Name2 -> builtin
    def p():
        Glob  #? Glob -> glob1, builtin
        global late
        del late
Glob  #? Glob -> glob1, builtin
late  #? late -> late, builtin
def q():
    Glob = 2  #= glob2
    def r():
        global Glob
        Glob  #? Glob -> glob1, builtin
    Glob  #? Glob -> glob2
def s(x):
    if x:
        return
    y = 1  #= y
    y  #? y -> y
async def t():
    async for u in x:  #= u
        u  #? u -> u
    async with x as v:  #= v
        v  #? v -> v
    await v  #? v -> v
    w: Name
    w  #? w -> builtin
def z():
    try:
        import aa  #= aa1
    except ImportError:
        aa = None  #= aa2
    def bb():
        return aa  #? aa -> aa1, aa2
    return aa  #? aa -> aa1, aa2
