//! YAML as CloudFormation writes it: with its functions as tags or as maps of one key.
//!
//! Both forms become [`Node::Call`], so that nothing behind this file knows there are two.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Tagged;

/// A value of the template, not yet evaluated.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    /// Nothing.
    Null,
    /// A number, a truth value or a text.
    Scalar(serde_json::Value),
    /// A list.
    List(Vec<Node>),
    /// Keys in their order.
    Map(Vec<(String, Node)>),
    /// A function: `Ref`, `Condition` or `Fn::...`, with its argument.
    Call(String, Box<Node>),
}

impl Node {
    /// What stands under a key of a map.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, node)| node),
            Self::Null | Self::Scalar(_) | Self::List(_) | Self::Call(..) => None,
        }
    }

    /// The entries of a map; none where it is something else.
    pub(crate) fn entries(&self) -> &[(String, Node)] {
        match self {
            Self::Map(entries) => entries,
            Self::Null | Self::Scalar(_) | Self::List(_) | Self::Call(..) => &[],
        }
    }

    /// A literal text.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Scalar(value) => value.as_str(),
            Self::Null | Self::List(_) | Self::Map(_) | Self::Call(..) => None,
        }
    }

    fn called(self) -> Self {
        match self {
            Self::Map(mut entries) if entries.len() == 1 && is_function(&entries[0].0) => {
                let (name, argument) = entries.remove(0);
                Self::Call(name, Box::new(argument))
            }
            other => other,
        }
    }
}

fn is_function(key: &str) -> bool {
    key == "Ref" || key.starts_with("Fn::")
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Tagged(Bare(node), tag) = Tagged::<Bare>::deserialize(deserializer)?;
        Ok(match tag.as_deref().and_then(|tag| tag.strip_prefix('!')) {
            Some(name @ ("Ref" | "Condition")) => Self::Call(name.to_owned(), Box::new(node)),
            Some(name) => Self::Call(format!("Fn::{name}"), Box::new(node)),
            None => node.called(),
        })
    }
}

/// A node without the tag in front of it.
struct Bare(Node);

impl<'de> Deserialize<'de> for Bare {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BareVisitor).map(Self)
    }
}

struct BareVisitor;

impl<'de> Visitor<'de> for BareVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value of a template")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Map(entries))
    }
}
