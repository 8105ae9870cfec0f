//! Vocabularies: names, places, sentences in several scripts, with emoji and characters outside the basic plane.
//!
//! Text that looks like people's text finds faults that `aaaa` does not.
//! All of it is invented; no person or firm is meant.

/// Given names.
pub const GIVEN: &[&str] = &[
    "Anna",
    "Björn",
    "Chloë",
    "Dmitri",
    "Élodie",
    "Fátima",
    "Giulia",
    "Håkon",
    "İpek",
    "José",
    "Karolína",
    "Łukasz",
    "Mei",
    "Noé",
    "Olga",
    "Pavel",
    "Quynh",
    "Rania",
    "Søren",
    "Tereza",
    "Ulla",
    "Víctor",
    "Wojciech",
    "Ximena",
    "Yui",
    "Željko",
    "王芳",
    "佐藤 健",
    "김민준",
    "Анна",
    "Μαρία",
    "אבי",
    "ليلى",
    "प्रिया",
    "สมชาย",
];

/// Family names.
pub const FAMILY: &[&str] = &[
    "Andersson",
    "Brun",
    "Çelik",
    "Dvořák",
    "Ekström",
    "Ferrari",
    "García",
    "Hernández",
    "Ivanova",
    "Jensen",
    "Kowalska",
    "Lefèvre",
    "Müller",
    "Novák",
    "O'Connor",
    "Papadopoulos",
    "Quintana",
    "Rossi",
    "Šimić",
    "Tanaka",
    "Ünal",
    "Vasquez",
    "Weiß",
    "Xu",
    "Yamada",
    "Zhang",
    "van der Berg",
    "da Silva",
    "Nguyễn",
    "Иванов",
];

/// Names that fit into Latin-1, for the table of the old system.
pub const LATIN1: &[&str] = &[
    "Jürgen Groß",
    "Françoise Lemaître",
    "Íñigo Muñoz",
    "Åse Ødegård",
    "Þóra Ægisdóttir",
    "Renée d'Été",
    "Köln GmbH & Co",
    "Señor Ñandú",
    "plain ASCII",
    "½ price £ 9",
    "¿Qué tal?",
    "Mötley Ünit",
];

/// Towns.
pub const TOWNS: &[&str] = &[
    "Aarhus",
    "Bogotá",
    "Córdoba",
    "Düsseldorf",
    "Évry",
    "Fès",
    "Göteborg",
    "Hà Nội",
    "İzmir",
    "Jönköping",
    "Kraków",
    "Liège",
    "Málaga",
    "Nîmes",
    "Ōsaka",
    "Plzeň",
    "Québec",
    "Reykjavík",
    "São Paulo",
    "Tromsø",
    "Ürümqi",
    "Växjö",
    "Wrocław",
    "Zürich",
    "東京",
    "上海",
    "서울",
    "Москва",
    "Αθήνα",
    "القاهرة",
];

/// Streets.
pub const STREETS: &[&str] = &[
    "Main Street",
    "Rue de l'Église",
    "Bahnhofstraße",
    "Calle Mayor",
    "Via Garibaldi",
    "Långgatan",
    "Náměstí Míru",
    "Rua do Ouro",
    "中山路",
    "本町通り",
    "ул. Ленина",
    "Οδός Ερμού",
];

/// Countries: ISO code and name.
pub const COUNTRIES: &[(&str, &str)] = &[
    ("AT", "Österreich"),
    ("BR", "Brasil"),
    ("CA", "Canada"),
    ("CH", "Schweiz"),
    ("CN", "中国"),
    ("CZ", "Česko"),
    ("DE", "Deutschland"),
    ("DK", "Danmark"),
    ("EG", "مصر"),
    ("ES", "España"),
    ("FI", "Suomi"),
    ("FR", "France"),
    ("GB", "United Kingdom"),
    ("GR", "Ελλάδα"),
    ("IN", "भारत"),
    ("IS", "Ísland"),
    ("IT", "Italia"),
    ("JP", "日本"),
    ("KR", "대한민국"),
    ("NO", "Norge"),
    ("PL", "Polska"),
    ("SE", "Sverige"),
    ("TH", "ไทย"),
    ("TR", "Türkiye"),
];

/// First words of product titles.
pub const QUALITIES: &[&str] = &[
    "Robust",
    "Élégant",
    "Classic",
    "Kleine",
    "Pocket",
    "Solar",
    "Wooden",
    "Größte",
    "Ultra-light",
    "Hand-made",
    "Smart",
    "二手",
    "大きな",
    "Тёплый",
    "Vintage",
];

/// Second words of product titles.
pub const THINGS: &[&str] = &[
    "kettle",
    "lamp",
    "rucksack",
    "keyboard",
    "bicycle bell",
    "chair",
    "notebook",
    "umbrella",
    "teapot",
    "headphones",
    "scarf",
    "Küchenwaage",
    "couteau",
    "茶碗",
    "рюкзак",
    "drum \"No. 5\"",
    "50% bag",
    "C:\\box",
];

/// Colours.
pub const COLOURS: &[&str] = &["red", "green", "blue", "black", "white", "türkis", "紫", "beige", "orange"];

/// Sentences of customers, with quotes, breaks, emoji and combining characters.
pub const SENTENCES: &[&str] = &[
    "Works as described.",
    "Arrived late, but well packed 📦.",
    "I would buy it again 👍🏽.",
    "Não recomendo.",
    "Très satisfait·e de l'achat !",
    "Die Farbe stimmt nicht ganz.",
    "Great value 💶 for the price; 5/5.",
    "壊れていました。",
    "质量很好，物流很快。",
    "Очень доволен покупкой.",
    "\"Perfect\", said my daughter 👨‍👩‍👧.",
    "Tabs\tand\nbreaks survive.",
    "Back\\slash and 'quotes'.",
    "Cafe\u{301} with a combining accent.",
    "𝔘nusual 𝄞 characters.",
    "جيد جدا",
    "สินค้าดีมาก",
    "Trailing space ",
    "100 % NULL-safe \\N",
    "",
];

/// Browsers.
pub const BROWSERS: &[&str] = &[
    "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0",
    "shop-app/4.2 (Android 14)",
    "shop-app/4.2 (iOS 17.5)",
];

/// Carriers.
pub const CARRIERS: &[&str] = &["PostNord", "Colissimo", "Correos", "DHL", "ヤマト運輸", "Česká pošta"];
