//! Walking dependencies: what a system stands on, and what stands on it. Cycles are allowed, walked once, and reported.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::domain::DependencyKind;

/// Which way to walk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To what depends on it: what breaks if it fails.
    Up,
    /// To what it depends on.
    #[default]
    Down,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub from: Uuid,
    pub to: Uuid,
    pub kind: DependencyKind,
}

/// All dependencies of the catalogue.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    edges: Vec<Edge>,
    down: BTreeMap<Uuid, Vec<Uuid>>,
    up: BTreeMap<Uuid, Vec<Uuid>>,
}

/// What a walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Each system once, with its distance from the beginning; nearest first.
    pub reached: Vec<(Uuid, u32)>,
    /// Whether there was more beyond the depth.
    pub cut: bool,
}

impl Graph {
    pub fn of(edges: impl IntoIterator<Item = Edge>) -> Self {
        let mut graph = Self::default();
        for edge in edges {
            graph.down.entry(edge.from).or_default().push(edge.to);
            graph.up.entry(edge.to).or_default().push(edge.from);
            graph.edges.push(edge);
        }
        graph
    }

    /// Breadth first, at most `depth` steps.
    pub fn walk(&self, root: Uuid, direction: Direction, depth: u32) -> Walk {
        let mut seen = BTreeSet::from([root]);
        let mut walk = Walk { reached: vec![(root, 0)], cut: false };
        let mut waiting = VecDeque::from([(root, 0)]);
        while let Some((at, distance)) = waiting.pop_front() {
            for &next in self.next(at, direction) {
                if distance >= depth {
                    walk.cut |= !seen.contains(&next);
                } else if seen.insert(next) {
                    walk.reached.push((next, distance + 1));
                    waiting.push_back((next, distance + 1));
                }
            }
        }
        walk
    }

    /// The dependencies among these systems.
    pub fn among(&self, systems: &BTreeSet<Uuid>) -> Vec<Edge> {
        let inside = |edge: &&Edge| systems.contains(&edge.from) && systems.contains(&edge.to);
        let mut edges: Vec<Edge> = self.edges.iter().filter(inside).copied().collect();
        edges.sort_unstable();
        edges
    }

    /// Groups of systems that need each other in a circle: the strongly connected components of more than one
    /// (S. R. Kosaraju's two passes).
    pub fn cycles(&self) -> Vec<BTreeSet<Uuid>> {
        let mut found = vec![];
        let mut seen = BTreeSet::new();
        for root in self.finished().into_iter().rev() {
            if seen.contains(&root) {
                continue;
            }
            let mut group = BTreeSet::from([root]);
            let mut waiting = vec![root];
            seen.insert(root);
            while let Some(at) = waiting.pop() {
                for &next in self.next(at, Direction::Up) {
                    if seen.insert(next) {
                        group.insert(next);
                        waiting.push(next);
                    }
                }
            }
            if group.len() > 1 {
                found.push(group);
            }
        }
        found.sort();
        found
    }

    /// Every system in the order in which a depth-first walk leaves it. No recursion: a long chain costs no stack.
    fn finished(&self) -> Vec<Uuid> {
        let mut order = vec![];
        let mut seen = BTreeSet::new();
        for &root in self.down.keys() {
            if !seen.insert(root) {
                continue;
            }
            let mut path = vec![(root, 0)];
            while let Some((at, index)) = path.last_mut() {
                let next = self.next(*at, Direction::Down).get(*index).copied();
                *index += 1;
                match next {
                    Some(next) if seen.insert(next) => path.push((next, 0)),
                    Some(_) => {}
                    None => order.extend(path.pop().map(|(left, _)| left)),
                }
            }
        }
        order
    }

    fn next(&self, at: Uuid, direction: Direction) -> &[Uuid] {
        let neighbours = match direction {
            Direction::Down => &self.down,
            Direction::Up => &self.up,
        };
        neighbours.get(&at).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn graph(edges: &[(u128, u128)]) -> Graph {
        let edge = |(from, to): &(u128, u128)| Edge { from: id(*from), to: id(*to), kind: DependencyKind::ReadsFrom };
        Graph::of(edges.iter().map(edge))
    }

    fn reached(walk: &Walk) -> Vec<(u128, u32)> {
        walk.reached.iter().map(|(id, distance)| (id.as_u128(), *distance)).collect()
    }

    #[test]
    fn a_circle_is_walked_once_and_reported() {
        let graph = graph(&[(1, 2), (2, 3), (3, 1), (3, 4)]);
        assert_eq!(reached(&graph.walk(id(1), Direction::Down, 50)), [(1, 0), (2, 1), (3, 2), (4, 3)]);
        assert_eq!(graph.cycles(), [BTreeSet::from([id(1), id(2), id(3)])]);
    }

    #[test]
    fn the_way_up_tells_what_breaks() {
        let graph = graph(&[(1, 3), (2, 3), (4, 1)]);
        assert_eq!(reached(&graph.walk(id(3), Direction::Up, 50)), [(3, 0), (1, 1), (2, 1), (4, 2)]);
        assert!(graph.cycles().is_empty());
    }

    #[test]
    fn a_walk_that_was_cut_says_so() {
        let graph = graph(&[(1, 2), (2, 3), (2, 1)]);
        let near = graph.walk(id(1), Direction::Down, 1);
        assert_eq!((reached(&near), near.cut), (vec![(1, 0), (2, 1)], true));
        assert!(!graph.walk(id(1), Direction::Down, 2).cut);
    }

    proptest! {
        #[test]
        fn a_walk_finds_each_system_once_and_nearest_first(
            edges in prop::collection::vec((0..12_u128, 0..12_u128), 0..40), depth in 0..6_u32,
        ) {
            let graph = graph(&edges);
            let walk = graph.walk(id(0), Direction::Down, depth);
            let unique: BTreeSet<_> = walk.reached.iter().map(|(id, _)| *id).collect();
            prop_assert_eq!(unique.len(), walk.reached.len());
            prop_assert!(walk.reached.windows(2).all(|pair| pair[0].1 <= pair[1].1));
            prop_assert!(walk.reached.iter().all(|(_, distance)| *distance <= depth));
        }

        #[test]
        fn two_systems_share_a_circle_exactly_if_each_reaches_the_other(
            edges in prop::collection::vec((0..8_u128, 0..8_u128), 0..20),
        ) {
            let graph = graph(&edges);
            let reaches = |from, to| graph.walk(id(from), Direction::Down, 99).reached.iter().any(|(one, _)| *one == id(to));
            let cycles = graph.cycles();
            for (a, b) in (0..8).flat_map(|a| (0..8).map(move |b| (a, b))).filter(|(a, b)| a != b) {
                let together = cycles.iter().any(|cycle| cycle.contains(&id(a)) && cycle.contains(&id(b)));
                prop_assert_eq!(together, reaches(a, b) && reaches(b, a));
            }
        }
    }
}
