//! What one Rust file holds, as far as the rules ask: functions, modules, paths, imports, attributes.
//!
//! Read by a parser, not by matching text, so that a word in a string or a comment is not taken for code.
//! Bodies of macros are token lists to the parser; their paths are read from the tokens.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{
    Attribute, Block, ImplItemFn, ItemFn, ItemMod, ItemUse, Macro, Meta, Signature, TraitItemFn, UseTree,
};

/// A name or path at a line.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) line: usize,
    pub(crate) text: String,
    /// Whether it stands in test code.
    pub(crate) in_test: bool,
}

/// A function with its first and last line.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) first_line: usize,
    pub(crate) last_line: usize,
}

/// What one file holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) functions: Vec<Function>,
    pub(crate) modules: Vec<Seen>,
    /// Paths in code and in imports, such as `std::time::Instant`; an import of everything ends in `*`.
    pub(crate) paths: Vec<Seen>,
    /// Names of attributes, such as `test` or `tokio::test`.
    pub(crate) attributes: Vec<Seen>,
    /// Conditions of `cfg`, `cfg_attr` and `cfg!`, as tokens separated by spaces.
    pub(crate) conditions: Vec<Seen>,
}

impl Facts {
    /// Reads a file; `None` when it does not parse.
    pub(crate) fn of(text: &str, in_test: bool) -> Option<Self> {
        let file = syn::parse_file(text).ok()?;
        let mut reader = Reader { facts: Self::default(), in_test };
        reader.visit_file(&file);
        Some(reader.facts)
    }
}

struct Reader {
    facts: Facts,
    in_test: bool,
}

impl Reader {
    fn seen(&self, span: Span, text: String) -> Seen {
        Seen { line: span.start().line, text, in_test: self.in_test }
    }

    fn function(&mut self, signature: &Signature, block: &Block) {
        self.facts.functions.push(Function {
            name: signature.ident.to_string(),
            first_line: signature.fn_token.span.start().line,
            last_line: block.brace_token.span.close().end().line,
        });
    }

    fn imports(&mut self, tree: &UseTree, prefix: &str) {
        let joined = |name: String| if prefix.is_empty() { name } else { format!("{prefix}::{name}") };
        match tree {
            UseTree::Path(path) => self.imports(&path.tree, &joined(path.ident.to_string())),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.imports(tree, prefix)),
            UseTree::Name(name) => self.path(name.ident.span(), joined(name.ident.to_string())),
            UseTree::Rename(rename) => self.path(rename.ident.span(), joined(rename.ident.to_string())),
            UseTree::Glob(glob) => self.path(glob.star_token.spans[0], joined("*".to_owned())),
        }
    }

    fn path(&mut self, span: Span, text: String) {
        let seen = self.seen(span, text);
        self.facts.paths.push(seen);
    }

    /// Paths in a token list: names joined by double colons.
    fn paths_in_tokens(&mut self, tokens: TokenStream) {
        let mut path: Option<(Span, String)> = None;
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    path = match path.take() {
                        Some((span, text)) if colons == 2 => Some((span, format!("{text}::{ident}"))),
                        finished => {
                            self.finish(finished);
                            Some((ident.span(), ident.to_string()))
                        }
                    };
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.finish(path.take());
                    colons = 0;
                    self.paths_in_tokens(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    self.finish(path.take());
                    colons = 0;
                }
            }
        }
        self.finish(path);
    }

    fn finish(&mut self, path: Option<(Span, String)>) {
        if let Some((span, text)) = path.filter(|(_, text)| text.contains("::")) {
            self.path(span, text);
        }
    }

    fn condition(&mut self, span: Span, tokens: &TokenStream) {
        let seen = self.seen(span, tokens.to_string());
        self.facts.conditions.push(seen);
    }
}

/// `a::b::c` without generic arguments.
fn text_of(path: &syn::Path) -> String {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>().join("::")
}

fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        Meta::Path(path) => text_of(path).split("::").last() == Some("test"),
        Meta::NameValue(_) => false,
    })
}

fn span_of(path: &syn::Path) -> Span {
    path.segments.first().map_or_else(Span::call_site, |segment| segment.ident.span())
}

impl<'a> Visit<'a> for Reader {
    fn visit_item_fn(&mut self, item: &'a ItemFn) {
        self.function(&item.sig, &item.block);
        let outer = self.in_test;
        self.in_test |= is_test_only(&item.attrs);
        visit::visit_item_fn(self, item);
        self.in_test = outer;
    }

    fn visit_impl_item_fn(&mut self, item: &'a ImplItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'a TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        let module = self.seen(item.ident.span(), item.ident.to_string());
        self.facts.modules.push(module);
        let outer = self.in_test;
        self.in_test |= is_test_only(&item.attrs);
        visit::visit_item_mod(self, item);
        self.in_test = outer;
    }

    fn visit_item_use(&mut self, item: &'a ItemUse) {
        self.imports(&item.tree, "");
        visit::visit_item_use(self, item);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        self.path(span_of(path), text_of(path));
        visit::visit_path(self, path);
    }

    fn visit_attribute(&mut self, attribute: &'a Attribute) {
        let name = text_of(attribute.path());
        let span = span_of(attribute.path());
        if let Meta::List(list) = &attribute.meta
            && (name == "cfg" || name == "cfg_attr")
        {
            self.condition(span, &list.tokens);
        }
        let seen = self.seen(span, name);
        self.facts.attributes.push(seen);
    }

    fn visit_macro(&mut self, item: &'a Macro) {
        if item.path.is_ident("cfg") {
            self.condition(span_of(&item.path), &item.tokens);
        }
        self.paths_in_tokens(item.tokens.clone());
        visit::visit_macro(self, item);
    }
}
