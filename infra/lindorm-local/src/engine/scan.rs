//! Walks runs of keys over all shards of a table in key order, forward or backward, a page of each shard at a time.
//!
//! A scan sees each row as it is when its page is copied: like the real table, it is no snapshot.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::engine::table::{Found, KeyRange, Page, SHARDS, Table};

/// Rows of a shard's first page and of its later ones.
const FIRST_PAGE: usize = 8;
const LARGEST_PAGE: usize = 128;

/// A walk.
#[derive(Debug)]
pub(crate) struct Scan {
    table: Arc<Table>,
    ranges: VecDeque<KeyRange>,
    backward: bool,
    runs: Vec<Run>,
    /// Places of `runs` that have a row, the next row's first: a binary heap.
    heap: Vec<usize>,
}

/// What is read and still to be read of one shard within the present range.
#[derive(Debug)]
struct Run {
    shard: usize,
    page: Page,
    rest: Option<KeyRange>,
    size: usize,
}

impl Scan {
    /// Ranges are sorted and apart from each other.
    pub(crate) fn new(table: Arc<Table>, ranges: Vec<KeyRange>, backward: bool) -> Self {
        let mut ranges = VecDeque::from(ranges);
        if backward {
            ranges.make_contiguous().reverse();
        }
        Self { table, ranges, backward, runs: Vec::new(), heap: Vec::new() }
    }

    /// Shows the next row to `look`; false at the end.
    pub(crate) fn next(&mut self, look: impl FnOnce(&Found<'_>)) -> bool {
        while self.heap.is_empty() {
            let Some(range) = self.ranges.pop_front() else { return false };
            self.open(&range);
        }
        let run = self.heap[0];
        if let Some(found) = self.runs[run].page.current() {
            look(&found);
        }
        self.runs[run].page.advance();
        self.refill(run);
        if self.runs[run].page.key().is_none() {
            self.heap.swap_remove(0);
        }
        self.sift_down(0);
        true
    }

    fn open(&mut self, range: &KeyRange) {
        let shards = range.only_shard().map_or(0..SHARDS, |shard| shard..shard + 1);
        self.runs = shards
            .map(|shard| Run { shard, page: Page::default(), rest: Some(range.clone()), size: FIRST_PAGE })
            .collect();
        for run in 0..self.runs.len() {
            self.refill(run);
        }
        self.heap = (0..self.runs.len()).filter(|run| self.runs[*run].page.key().is_some()).collect();
        for place in (0..self.heap.len() / 2).rev() {
            self.sift_down(place);
        }
    }

    /// Reads the next page of a run whose page is used up.
    fn refill(&mut self, run: usize) {
        let run = &mut self.runs[run];
        if run.page.key().is_some() {
            return;
        }
        let Some(mut range) = run.rest.take() else { return };
        run.page = self.table.page(run.shard, &range, self.backward, run.size);
        if range.exact || !run.page.is_full(run.size) {
            return;
        }
        if let Some(last) = run.page.last_key() {
            if self.backward {
                range.high = Some(last.to_vec());
            } else {
                // The smallest key above `last`.
                range.low = [last, &[0]].concat();
            }
            run.rest = Some(range);
        }
        run.size = (run.size * 4).min(LARGEST_PAGE);
    }

    fn goes_before(&self, left: usize, right: usize) -> bool {
        let (left, right) = (self.runs[left].page.key(), self.runs[right].page.key());
        if self.backward { left > right } else { left < right }
    }

    fn sift_down(&mut self, mut place: usize) {
        loop {
            let mut first = place;
            for child in [place * 2 + 1, place * 2 + 2] {
                if child < self.heap.len() && self.goes_before(self.heap[child], self.heap[first]) {
                    first = child;
                }
            }
            if first == place {
                return;
            }
            self.heap.swap(place, first);
            place = first;
        }
    }
}
