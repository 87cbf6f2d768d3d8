use crate::Problem;

/// A part of the handling of a request, with the problems that it can cause.
///
/// The OpenAPI document of an operation lists the problems of its parts.
pub trait DeclaresProblems {
    /// The problems, in the order of the checks.
    fn problems() -> Vec<Problem>;
}

impl DeclaresProblems for () {
    fn problems() -> Vec<Problem> {
        Vec::new()
    }
}

/// A part that the handler checks later: its problems come after those that the handler finds first.
impl<T: DeclaresProblems, E> DeclaresProblems for Result<T, E> {
    fn problems() -> Vec<Problem> {
        T::problems()
    }
}

impl<First: DeclaresProblems, Second: DeclaresProblems> DeclaresProblems for (First, Second) {
    fn problems() -> Vec<Problem> {
        let mut problems = First::problems();
        problems.extend(Second::problems());
        problems
    }
}
