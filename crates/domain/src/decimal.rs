/// A number in decimal digits with zeros before it, for a form of fixed width; the lowest `WIDTH` digits of a larger one.
///
/// For what stands on every answer and every line of the log: the standard library's way takes several times as long.
pub fn zero_padded<const WIDTH: usize>(mut number: u32) -> [u8; WIDTH] {
    let mut digits = [b'0'; WIDTH];
    for digit in digits.iter_mut().rev() {
        *digit += (number % 10) as u8;
        number /= 10;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_stands_at_its_place() {
        assert_eq!(&zero_padded::<4>(307), b"0307");
        assert_eq!(&zero_padded::<6>(123_456), b"123456");
        assert_eq!(&zero_padded::<2>(0), b"00");
        assert_eq!(&zero_padded::<10>(u32::MAX), b"4294967295");
        assert_eq!(&zero_padded::<2>(1234), b"34");
    }
}
