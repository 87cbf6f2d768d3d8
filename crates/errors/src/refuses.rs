use crate::Problem;

/// Something that a request passes on its way, and the problems that it can end with there.
///
/// The OpenAPI document lists for each operation what its parts refuse.
pub trait Refuses {
    /// The problems, in the order in which they are looked for.
    fn problems() -> Vec<Problem>;
}

impl Refuses for () {
    fn problems() -> Vec<Problem> {
        Vec::new()
    }
}

/// What is looked at later: what is wrong with it comes after what the handler finds first.
impl<T: Refuses, E> Refuses for Result<T, E> {
    fn problems() -> Vec<Problem> {
        T::problems()
    }
}

impl<First: Refuses, Second: Refuses> Refuses for (First, Second) {
    fn problems() -> Vec<Problem> {
        let mut problems = First::problems();
        problems.extend(Second::problems());
        problems
    }
}
