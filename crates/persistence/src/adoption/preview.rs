use std::fmt;

use ore_domain::{EmailError, UserId};

use super::{Listing, Obstacle};

/// A user as the Python service keeps it. Displayed with the address in quotes and escaped: it may hold anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAddress {
    /// The key, which is kept.
    pub user: UserId,
    /// The address as it is stored.
    pub email: String,
}

impl fmt::Display for StoredAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {:?}", self.user, self.email)
    }
}

/// Users whose addresses are one account to us and several to the Python service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collision {
    /// The form that they share.
    pub canonical: String,
    /// The users: at least two.
    pub users: Listing<StoredAddress>,
}

impl fmt::Display for Collision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} (users {})", self.canonical, self.users)
    }
}

/// A user whose address nobody can register or log in with here. The user is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedAddress {
    /// The user.
    pub stored: StoredAddress,
    /// The fault of the address.
    pub error: EmailError,
}

impl fmt::Display for RefusedAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.stored, self.error)
    }
}

/// What the next migration would do with the table `users` of the Python service. Displayed, on one line, as what
/// stands in its way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AdoptionPreview {
    /// The rows of the table, all of which are kept.
    pub users: i64,
    /// The differences from a table of the Python service.
    pub obstacles: Vec<Obstacle>,
    /// Addresses that are one account to us.
    pub collisions: Listing<Collision>,
    /// Users who are kept and cannot log in until their address is changed. They stop nothing.
    pub refused: Listing<RefusedAddress>,
}

impl AdoptionPreview {
    /// Whether nothing stands in the way.
    pub fn is_possible(&self) -> bool {
        self.obstacles.is_empty() && self.collisions.is_empty()
    }
}

impl fmt::Display for AdoptionPreview {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut clauses: Vec<String> = self.obstacles.iter().map(Obstacle::to_string).collect();
        if !self.collisions.is_empty() {
            let count = self.collisions.total;
            clauses.push(format!("addresses of several users ({count}): {}", self.collisions));
        }
        formatter.write_str(&clauses.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_listing_shows_its_beginning_and_counts_the_rest() {
        let mut listing = Listing::default();
        for number in 1..=23 {
            listing.add(|| number);
        }
        assert_eq!(
            listing.to_string(),
            "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 and 3 more"
        );
    }

    #[test]
    fn what_stands_in_the_way_is_told_on_one_line_whatever_an_address_holds() {
        let mut users = Listing::default();
        for (id, email) in [(1, "Ada@example.org"), (7, "ada@example.org\n")] {
            users.add(|| StoredAddress { user: UserId::new(id), email: email.to_owned() });
        }
        let mut preview = AdoptionPreview { obstacles: vec![Obstacle::MissingColumn("email")], ..Default::default() };
        preview.collisions.add(|| Collision { canonical: "ada@example.org".to_owned(), users });
        assert_eq!(
            preview.to_string(),
            "the column email is missing; addresses of several users (1): \
             \"ada@example.org\" (users 1 \"Ada@example.org\", 7 \"ada@example.org\\n\")"
        );
    }
}
