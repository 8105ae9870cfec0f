//! Values of a template: parameters, conditions and the functions of CloudFormation, as far as they are known here.
//!
//! A function, a name or a form that is not known is an error: a default would hide that the template means more.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::CloudError;
use crate::node::Node;

/// What a deployed resource is called: the value of `Ref`, and of `GetAtt` by attribute.
#[derive(Debug, Clone, Default)]
pub(crate) struct Physical {
    /// The value of `Ref`.
    pub(crate) reference: String,
    /// The values of `GetAtt`.
    pub(crate) attributes: BTreeMap<&'static str, String>,
}

/// What names stand for.
pub(crate) struct Evaluation<'t> {
    template: &'t Node,
    names: BTreeMap<String, Value>,
    resources: BTreeMap<String, Physical>,
    mappings: &'t Value,
}

impl<'t> Evaluation<'t> {
    /// With the template's parameters, overridden by `given`, the pseudo parameters, and lines in front of its mappings.
    pub(crate) fn new(
        template: &'t Node,
        pseudo: BTreeMap<String, Value>,
        given: &BTreeMap<String, String>,
        mappings: &'t Value,
    ) -> Result<Self, CloudError> {
        let mut names = pseudo;
        let parameters = template.get("Parameters").map_or(&[][..], Node::entries);
        for (name, declaration) in parameters {
            let value = match (given.get(name), declaration.get("Default")) {
                (Some(given), _) => given.clone(),
                (None, Some(Node::Scalar(default))) => plain(default),
                (None, _) => return Err(CloudError::template(format!("parameter {name} has no value"))),
            };
            let kind = declaration.get("Type").and_then(Node::text).unwrap_or_default();
            let is_list = kind.starts_with("List<") || kind == "CommaDelimitedList";
            names.insert(
                name.clone(),
                if is_list {
                    value
                        .split(',')
                        .filter(|item| !item.is_empty())
                        .map(|item| Value::from(item.trim()))
                        .collect()
                } else {
                    value.into()
                },
            );
        }
        if let Some(stranger) =
            given.keys().find(|name| !parameters.iter().any(|(declared, _)| declared == *name))
        {
            return Err(CloudError::template(format!("there is no parameter {stranger}")));
        }
        Ok(Self { template, names, resources: BTreeMap::new(), mappings })
    }

    /// Says what a resource is called from now on.
    pub(crate) fn name(&mut self, logical_id: &str, physical: Physical) {
        self.resources.insert(logical_id.to_owned(), physical);
    }

    /// The value of a node; none where it is `AWS::NoValue`.
    pub(crate) fn value(&self, node: &Node) -> Result<Option<Value>, CloudError> {
        Ok(Some(match node {
            Node::Null => Value::Null,
            Node::Scalar(value) => value.clone(),
            Node::List(items) => {
                let mut values = Vec::new();
                for item in items {
                    values.extend(self.value(item)?);
                }
                values.into()
            }
            Node::Map(entries) => {
                let mut values = Map::new();
                for (key, entry) in entries {
                    if let Some(value) = self.value(entry)? {
                        values.insert(key.clone(), value);
                    }
                }
                values.into()
            }
            Node::Call(name, argument) => return self.call(name, argument),
        }))
    }

    /// The value as a text; numbers and truth values are written out.
    pub(crate) fn text(&self, node: &Node) -> Result<String, CloudError> {
        match self.value(node)? {
            Some(Value::Object(_) | Value::Array(_) | Value::Null) | None => {
                Err(CloudError::template(format!("a text is expected where {node:?} stands")))
            }
            Some(value) => Ok(plain(&value)),
        }
    }

    /// Whether a named condition holds.
    pub(crate) fn holds(&self, condition: &str) -> Result<bool, CloudError> {
        let node = self.template.get("Conditions").and_then(|conditions| conditions.get(condition));
        let node = node.ok_or_else(|| CloudError::template(format!("there is no condition {condition}")))?;
        self.truth(node)
    }

    fn truth(&self, node: &Node) -> Result<bool, CloudError> {
        let unknown = || CloudError::template(format!("this is no condition: {node:?}"));
        match node {
            Node::Call(name, argument) => match (name.as_str(), argument.as_ref()) {
                ("Condition", named) => self.holds(named.text().ok_or_else(unknown)?),
                ("Fn::Equals", Node::List(sides)) if sides.len() == 2 => {
                    Ok(self.text(&sides[0])? == self.text(&sides[1])?)
                }
                ("Fn::Not", Node::List(only)) if only.len() == 1 => Ok(!self.truth(&only[0])?),
                ("Fn::And", Node::List(all)) => {
                    all.iter().try_fold(true, |so_far, one| Ok(self.truth(one)? && so_far))
                }
                ("Fn::Or", Node::List(any)) => {
                    any.iter().try_fold(false, |so_far, one| Ok(self.truth(one)? || so_far))
                }
                _ => Err(unknown()),
            },
            Node::Map(entries) if entries.len() == 1 && entries[0].0 == "Condition" => {
                self.holds(entries[0].1.text().ok_or_else(unknown)?)
            }
            Node::Null | Node::Scalar(_) | Node::List(_) | Node::Map(_) => Err(unknown()),
        }
    }

    fn call(&self, name: &str, argument: &Node) -> Result<Option<Value>, CloudError> {
        let unknown = || CloudError::template(format!("{name} of {argument:?} is not understood"));
        let value: Value = match (name, argument) {
            ("Ref", named) => return self.reference(named.text().ok_or_else(unknown)?),
            ("Fn::GetAtt", Node::Scalar(_)) => {
                let dotted = argument.text().ok_or_else(unknown)?;
                let (resource, attribute) = dotted.split_once('.').ok_or_else(unknown)?;
                self.attribute(resource, attribute)?.into()
            }
            ("Fn::GetAtt", Node::List(parts)) if parts.len() == 2 => {
                let resource = parts[0].text().ok_or_else(unknown)?;
                self.attribute(resource, &self.text(&parts[1])?)?.into()
            }
            ("Fn::Sub", Node::Scalar(_)) => {
                self.substituted(argument.text().ok_or_else(unknown)?, &[])?.into()
            }
            ("Fn::Sub", Node::List(parts)) if parts.len() == 2 => {
                self.substituted(parts[0].text().ok_or_else(unknown)?, parts[1].entries())?.into()
            }
            ("Fn::If", Node::List(parts)) if parts.len() == 3 => {
                let holds = self.holds(parts[0].text().ok_or_else(unknown)?)?;
                return self.value(&parts[if holds { 1 } else { 2 }]);
            }
            ("Fn::Join", Node::List(parts)) if parts.len() == 2 => {
                let Some(Value::Array(items)) = self.value(&parts[1])? else { return Err(unknown()) };
                let items: Vec<String> = items.iter().map(plain).collect();
                items.join(&self.text(&parts[0])?).into()
            }
            ("Fn::Select", Node::List(parts)) if parts.len() == 2 => {
                let at: usize = self.text(&parts[0])?.parse().map_err(|_| unknown())?;
                let Some(Value::Array(items)) = self.value(&parts[1])? else { return Err(unknown()) };
                items.get(at).cloned().ok_or_else(unknown)?
            }
            ("Fn::FindInMap", Node::List(parts)) if parts.len() == 3 => {
                let keys = parts.iter().map(|part| self.text(part)).collect::<Result<Vec<_>, _>>()?;
                if let Some(value) = self.mappings.pointer(&format!("/{}", keys.join("/"))) {
                    return Ok(Some(value.clone()));
                }
                let found = keys
                    .iter()
                    .try_fold(self.template.get("Mappings").ok_or_else(unknown)?, |node, key| node.get(key));
                return self.value(found.ok_or_else(unknown)?);
            }
            _ => return Err(unknown()),
        };
        Ok(Some(value))
    }

    fn reference(&self, name: &str) -> Result<Option<Value>, CloudError> {
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(value) = self.names.get(name) {
            return Ok(Some(value.clone()));
        }
        let resource = self.resources.get(name);
        let resource =
            resource.ok_or_else(|| CloudError::template(format!("nothing known here is called {name}")))?;
        Ok(Some(resource.reference.clone().into()))
    }

    fn attribute(&self, resource: &str, attribute: &str) -> Result<String, CloudError> {
        let found = self.resources.get(resource).and_then(|physical| physical.attributes.get(attribute));
        found
            .cloned()
            .ok_or_else(|| CloudError::template(format!("{resource}.{attribute} is not known here")))
    }

    fn substituted(&self, text: &str, own: &[(String, Node)]) -> Result<String, CloudError> {
        let mut result = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let (before, behind) = rest.split_at(start);
            result.push_str(before);
            let end = behind.find('}').ok_or_else(|| CloudError::template("a ${ without }".to_owned()))?;
            let name = &behind[2..end];
            rest = &behind[end + 1..];
            if let Some(literal) = name.strip_prefix('!') {
                result.push_str(&format!("${{{literal}}}"));
            } else if let Some((_, node)) = own.iter().find(|(key, _)| key == name) {
                result.push_str(&self.text(node)?);
            } else if let Some((resource, attribute)) = name.split_once('.') {
                result.push_str(&self.attribute(resource, attribute)?);
            } else {
                let value = self.reference(name)?;
                let value = value.ok_or_else(|| CloudError::template(format!("{name} in a text")))?;
                result.push_str(&plain(&value));
            }
        }
        result.push_str(rest);
        Ok(result)
    }
}

/// A value as a text.
pub(crate) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::{Evaluation, Physical};
    use crate::node::Node;

    const TEMPLATE: &str = "
Parameters:
  Seconds: { Type: Number, Default: 30 }
  Subnets: { Type: CommaDelimitedList, Default: '' }
Mappings: { Sizes: { small: { memory: 512 } } }
Conditions:
  Short: !Equals [!Ref Seconds, '5']
  InNetwork: !Not [!Equals [!Join ['', !Ref Subnets], '']]
Values:
  a: !If [Short, 1, 2]
  b: { 'Fn::Sub': '${AWS::StackName}-${Queue.QueueName}-${!x}' }
  c: !Sub ['${n}s', { n: !Ref Seconds }]
  d: { kept: !GetAtt Queue.Arn, left: !If [InNetwork, 1, !Ref AWS::NoValue] }
  e: !FindInMap [Sizes, small, memory]
  f: !ImportValue x
  g: !Ref Nobody
";

    #[test]
    fn functions_are_evaluated_in_both_forms_and_unknown_ones_refused() {
        let template: Node = serde_saphyr::from_str(TEMPLATE).unwrap();
        let pseudo = BTreeMap::from([("AWS::StackName".to_owned(), "s".into())]);
        let given = BTreeMap::from([("Seconds".to_owned(), "5".to_owned())]);
        let mut evaluation = Evaluation::new(&template, pseudo, &given, &Value::Null).unwrap();
        let attributes = BTreeMap::from([("Arn", "arn:q".to_owned()), ("QueueName", "q".to_owned())]);
        evaluation.name("Queue", Physical { reference: "url".to_owned(), attributes });
        let value = |key: &str| {
            let node = template.get("Values").and_then(|values| values.get(key)).unwrap();
            evaluation.value(node).map(|value| value.unwrap().to_string())
        };
        assert_eq!(value("a").unwrap(), "1");
        assert_eq!(value("b").unwrap(), "\"s-q-${x}\"");
        assert_eq!(value("c").unwrap(), "\"5s\"");
        assert_eq!(value("d").unwrap(), "{\"kept\":\"arn:q\"}");
        assert_eq!(value("e").unwrap(), "512");
        assert!(value("f").is_err());
        assert!(value("g").is_err());
    }

    #[test]
    fn a_parameter_without_value_and_an_unknown_one_are_refused() {
        let template: Node = serde_saphyr::from_str("Parameters: { Vpc: { Type: String } }").unwrap();
        let given = |name: &str| BTreeMap::from([(name.to_owned(), "1".to_owned())]);
        let made = |given| Evaluation::new(&template, BTreeMap::new(), &given, &Value::Null).is_ok();
        assert!(!made(BTreeMap::new()));
        assert!(made(given("Vpc")));
        assert!(!made(given("Vp")));
    }
}
