//! Who is who in a pair list: pictures of one name or label, and pictures that a pair of one person joins, show one
//! person. A list without names (`00001.jpg 00002.jpg 1`) yields persons all the same.

use std::collections::HashMap;

/// Pictures joined to persons.
#[derive(Debug, Default)]
pub struct Persons<'a> {
    numbers: HashMap<&'a str, usize>,
    /// Another picture or name of the same person; itself for the one that stands for all.
    parents: Vec<usize>,
}

impl<'a> Persons<'a> {
    /// Notes that two names, of pictures or of identities, belong to one person.
    pub fn join(&mut self, a: &'a str, b: &'a str) {
        let (a, b) = (self.number(a), self.number(b));
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a] = b;
    }

    /// Numbers the persons of these pictures from 0: one for each picture, and how many there are.
    pub fn numbered(mut self, pictures: &[&'a str]) -> (Vec<u32>, usize) {
        let mut found: HashMap<usize, u32> = HashMap::new();
        let numbers = pictures
            .iter()
            .map(|picture| {
                let number = self.number(picture);
                let root = self.root(number);
                let next = found.len() as u32;
                *found.entry(root).or_insert(next)
            })
            .collect();
        (numbers, found.len())
    }

    fn number(&mut self, name: &'a str) -> usize {
        let next = self.parents.len();
        let number = *self.numbers.entry(name).or_insert(next);
        if number == next {
            self.parents.push(next);
        }
        number
    }

    fn root(&mut self, mut number: usize) -> usize {
        while self.parents[number] != number {
            self.parents[number] = self.parents[self.parents[number]];
            number = self.parents[number];
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_one_person_are_joined_along_the_pairs() {
        let mut persons = Persons::default();
        persons.join("1.jpg", "2.jpg");
        persons.join("2.jpg", "3.jpg");
        persons.join("5.jpg", "anna");
        persons.join("6.jpg", "anna");
        let (numbers, count) = persons.numbered(&["1.jpg", "4.jpg", "3.jpg", "5.jpg", "6.jpg"]);
        assert_eq!((numbers, count), (vec![0, 1, 0, 2, 2], 3));
    }
}
