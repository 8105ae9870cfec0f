//! A key range as a condition that MySQL answers from the index, with its parameters in order.
//!
//! Row constructors (`(a, b) > (?, ?)`) do not use the index for ranges, so the order is written out, and the first
//! column's bound stands in front: `a >= ? AND (a > ? OR (a = ? AND b > ?))`.

use migration::key::{KeyRange, KeyTuple};
use migration::port::PortError;
use mysql_async::Value;

use crate::classify::fault;
use crate::key_column::{KeyColumn, Side};

/// A condition and what is bound to it.
#[derive(Debug, Default)]
pub(crate) struct Condition {
    /// ` WHERE ...`, or nothing for the whole table.
    pub(crate) sql: String,
    /// One parameter a placeholder.
    pub(crate) parameters: Vec<Value>,
}

#[derive(Clone, Copy)]
enum Bound {
    After,
    Through,
}

impl Condition {
    /// The condition for the keys of a range.
    ///
    /// # Errors
    /// Where a bound has not as many values as the key has columns.
    pub(crate) fn of(key: &[KeyColumn], range: &KeyRange) -> Result<Self, PortError> {
        let mut condition = Self::default();
        if let Some(after) = &range.after {
            condition.sql.push_str(" WHERE ");
            condition.side(key, after, Bound::After)?;
        }
        if let Some(through) = &range.through {
            condition.sql.push_str(if range.after.is_some() { " AND " } else { " WHERE " });
            condition.side(key, through, Bound::Through)?;
        }
        Ok(condition)
    }

    fn side(&mut self, key: &[KeyColumn], bound: &KeyTuple, side: Bound) -> Result<(), PortError> {
        if key.len() != bound.0.len() || key.is_empty() {
            return Err(fault("a key bound has another number of values than the key has columns"));
        }
        let values: Vec<Value> = bound.0.iter().map(KeyColumn::bind).collect();
        if let ([first, _, ..], [value, ..]) = (key, values.as_slice()) {
            let leading = match side {
                Bound::After => Side::FromOn,
                Bound::Through => Side::UpTo,
            };
            self.compare(first, leading, value);
            self.sql.push_str(" AND ");
        }
        self.columns(key, &values, side);
        Ok(())
    }

    /// `(a > ? OR (a = ? AND ...))`, from the first column to the last, which ends it.
    fn columns(&mut self, key: &[KeyColumn], values: &[Value], side: Bound) {
        let (strictly, at_last) = match side {
            Bound::After => (Side::Above, Side::Above),
            Bound::Through => (Side::Below, Side::UpTo),
        };
        let mut open = 0;
        for (at, (column, value)) in key.iter().zip(values).enumerate() {
            if at + 1 == key.len() {
                self.compare(column, at_last, value);
            } else {
                self.sql.push('(');
                self.compare(column, strictly, value);
                self.sql.push_str(" OR (");
                self.compare(column, Side::At, value);
                self.sql.push_str(" AND ");
                open += 2;
            }
        }
        self.sql.extend(std::iter::repeat_n(')', open));
    }

    fn compare(&mut self, column: &KeyColumn, side: Side, value: &Value) {
        match column.listed(side, value).as_deref() {
            None => {
                let (compared, operator) = (&column.compared, side.operator());
                self.sql.push_str(&format!("{compared} {operator} {}", column.placeholder));
                self.parameters.push(value.clone());
            }
            Some([]) => self.sql.push_str("FALSE"),
            Some([one]) => self.sql.push_str(&format!("{} IN ({one},{one})", column.compared)),
            Some(numbers) => {
                let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
                self.sql.push_str(&format!("{} IN ({})", column.compared, numbers.join(",")));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use migration::ident::ColumnName;
    use migration::key::{KeyRange, KeyTuple, KeyValue};
    use migration::schema::{SourceColumn, SourceType};

    use super::Condition;
    use crate::key_column::KeyColumn;

    fn column(name: &str, column_type: SourceType) -> SourceColumn {
        SourceColumn {
            name: ColumnName::new(name).unwrap(),
            column_type,
            spelling: String::new(),
            nullable: false,
            charset: None,
            collation: None,
            generated: None,
            invisible: false,
        }
    }

    fn key(names: &[&str]) -> Vec<KeyColumn> {
        let bigint = || SourceType::Integer { bytes: 8, unsigned: false };
        names.iter().map(|name| KeyColumn::of(&column(name, bigint())).unwrap()).collect()
    }

    fn bound(values: &[i64]) -> Option<KeyTuple> {
        Some(KeyTuple(values.iter().copied().map(KeyValue::Int).collect()))
    }

    #[test]
    fn a_single_column_needs_one_comparison_a_side() {
        let range = KeyRange { after: bound(&[1]), through: bound(&[9]) };
        let condition = Condition::of(&key(&["a"]), &range).unwrap();
        insta::assert_snapshot!(condition.sql, @" WHERE `a` > ? AND `a` <= ?");
        assert_eq!(condition.parameters.len(), 2);
    }

    #[test]
    fn a_composite_key_is_written_out_behind_a_bound_on_its_first_column() {
        let range = KeyRange { after: bound(&[1, 2, 3]), through: None };
        let condition = Condition::of(&key(&["a", "b", "c"]), &range).unwrap();
        insta::assert_snapshot!(
            condition.sql,
            @" WHERE `a` >= ? AND (`a` > ? OR (`a` = ? AND (`b` > ? OR (`b` = ? AND `c` > ?))))"
        );
        let range = KeyRange { after: None, through: bound(&[1, 2]) };
        let condition = Condition::of(&key(&["a", "b"]), &range).unwrap();
        insta::assert_snapshot!(condition.sql, @" WHERE `a` <= ? AND (`a` < ? OR (`a` = ? AND `b` <= ?))");
    }

    #[test]
    fn numbers_of_an_enum_are_listed_because_no_inequality_on_them_uses_the_index() {
        let mut key = key(&["a", "b"]);
        let labels = ["x", "y", "z"].map(str::to_owned).to_vec();
        key[0] = KeyColumn::of(&column("a", SourceType::Enum { labels })).unwrap();
        let at = |number| Some(KeyTuple(vec![KeyValue::UInt(number), KeyValue::Int(7)]));
        let sql = |after, through| Condition::of(&key, &KeyRange { after, through }).unwrap().sql;
        insta::assert_snapshot!(
            sql(at(2), None),
            @" WHERE `a` IN (2,3) AND (`a` IN (3,3) OR (`a` IN (2,2) AND `b` > ?))"
        );
        insta::assert_snapshot!(
            sql(at(3), at(0)),
            @" WHERE `a` IN (3,3) AND (FALSE OR (`a` IN (3,3) AND `b` > ?)) AND `a` IN (0,0) AND (FALSE OR (`a` IN (0,0) AND `b` <= ?))"
        );
    }

    #[test]
    fn a_condition_has_a_parameter_for_each_placeholder_and_none_for_the_whole_table() {
        let key = key(&["a", "b", "c", "d"]);
        let range = KeyRange { after: bound(&[1, 2, 3, 4]), through: bound(&[5, 6, 7, 8]) };
        let condition = Condition::of(&key, &range).unwrap();
        assert_eq!(condition.sql.matches('?').count(), condition.parameters.len());
        assert_eq!(condition.sql.matches('(').count(), condition.sql.matches(')').count());
        assert_eq!(Condition::of(&key, &KeyRange::default()).unwrap().sql, "");
    }

    #[test]
    fn a_bound_of_another_width_is_refused() {
        let range = KeyRange { after: bound(&[1]), through: None };
        assert!(Condition::of(&key(&["a", "b"]), &range).is_err());
    }
}
