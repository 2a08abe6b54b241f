from m import A  #= A1
def f(x: A) -> A: pass  #? A -> A1, A2
x: A = 1  #? A -> A1, A2
class C:
    y: A  #? A -> A1, A2, A3
    A: A = 1  #= A3 #? A -> A1, A2, A3
from n import A  #= A2
