//! Python: where its modules are.

#[allow(dead_code, unused_imports, reason = "nothing asks for modules yet")]
mod roots;
