-- The shop: a database as a small firm would have grown it. Every common column type, several kinds of keys,
-- foreign keys without cascades, two character sets, and columns of every kind that may be NULL.
CREATE TABLE countries (
  code CHAR(2) CHARACTER SET ascii NOT NULL,
  name VARCHAR(60) NOT NULL,
  PRIMARY KEY (code)
);
CREATE TABLE warehouses (
  id TINYINT UNSIGNED NOT NULL AUTO_INCREMENT,
  name VARCHAR(60) NOT NULL,
  country CHAR(2) CHARACTER SET ascii NOT NULL,
  opens TIME NOT NULL,
  closes TIME NOT NULL,
  capacity MEDIUMINT UNSIGNED NOT NULL,
  floor_plan BLOB NULL,
  PRIMARY KEY (id),
  FOREIGN KEY (country) REFERENCES countries (code)
);
CREATE TABLE categories (
  id SMALLINT UNSIGNED NOT NULL AUTO_INCREMENT,
  parent SMALLINT UNSIGNED NULL,
  name VARCHAR(80) NOT NULL,
  visible BOOLEAN NOT NULL DEFAULT TRUE,
  PRIMARY KEY (id),
  KEY by_parent (parent),
  FOREIGN KEY (parent) REFERENCES categories (id)
);
CREATE TABLE coupons (
  code VARCHAR(24) NOT NULL,
  percent DECIMAL(5,2) NOT NULL,
  valid_from DATE NOT NULL,
  valid_until DATE NULL,
  uses_left INT NULL,
  restrictions SET('new_customers','no_sale_items','one_per_customer','online_only') NOT NULL DEFAULT '',
  PRIMARY KEY (code)
);
CREATE TABLE customers (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  email VARCHAR(190) NOT NULL,
  name VARCHAR(120) NOT NULL,
  nickname VARCHAR(60) NULL,
  born DATE NULL,
  tier ENUM('none','silver','gold','plätinum') NOT NULL DEFAULT 'none',
  interests SET('books','garden','kitchen','music','sport','outdoor') NULL,
  credit DECIMAL(12,2) NOT NULL DEFAULT 0,
  score FLOAT NULL,
  active BOOLEAN NOT NULL,
  preferences JSON NULL,
  password_digest BINARY(32) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at TIMESTAMP NULL,
  PRIMARY KEY (id),
  UNIQUE KEY by_email (email),
  KEY by_created (created_at)
);
CREATE TABLE addresses (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  customer BIGINT UNSIGNED NOT NULL,
  kind ENUM('billing','shipping') NOT NULL,
  line1 VARCHAR(200) NOT NULL,
  line2 VARCHAR(200) NULL,
  town VARCHAR(80) NOT NULL,
  postcode VARCHAR(16) NULL,
  country CHAR(2) CHARACTER SET ascii NOT NULL,
  latitude DOUBLE NULL,
  longitude DOUBLE NULL,
  PRIMARY KEY (id),
  KEY by_customer (customer),
  FOREIGN KEY (customer) REFERENCES customers (id),
  FOREIGN KEY (country) REFERENCES countries (code)
);
CREATE TABLE products (
  id INT NOT NULL AUTO_INCREMENT,
  sku VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  title VARCHAR(200) NOT NULL,
  description TEXT NULL,
  price DECIMAL(10,2) NOT NULL,
  weight_grams MEDIUMINT UNSIGNED NULL,
  length_mm SMALLINT NULL,
  rating DOUBLE NULL,
  made_in YEAR NULL,
  thumbnail VARBINARY(64) NULL,
  manual MEDIUMBLOB NULL,
  attributes JSON NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY by_sku (sku)
);
CREATE TABLE product_categories (
  product INT NOT NULL,
  category SMALLINT UNSIGNED NOT NULL,
  position INT UNSIGNED NOT NULL,
  PRIMARY KEY (product, category),
  KEY by_category (category),
  FOREIGN KEY (product) REFERENCES products (id),
  FOREIGN KEY (category) REFERENCES categories (id)
);
CREATE TABLE price_history (
  product INT NOT NULL,
  since DATE NOT NULL,
  price DECIMAL(10,2) NOT NULL,
  reason VARCHAR(40) NULL,
  PRIMARY KEY (product, since),
  FOREIGN KEY (product) REFERENCES products (id)
);
CREATE TABLE inventory (
  product INT NOT NULL,
  warehouse TINYINT UNSIGNED NOT NULL,
  quantity INT NOT NULL,
  reserved SMALLINT UNSIGNED NULL,
  counted_at TIMESTAMP(3) NULL,
  shelf CHAR(8) NULL,
  PRIMARY KEY (product, warehouse),
  FOREIGN KEY (product) REFERENCES products (id),
  FOREIGN KEY (warehouse) REFERENCES warehouses (id)
);
CREATE TABLE orders (
  id BIGINT NOT NULL AUTO_INCREMENT,
  customer BIGINT UNSIGNED NOT NULL,
  status ENUM('draft','placed','paid','shipped','returned') NOT NULL,
  placed_at DATETIME(6) NOT NULL,
  paid_at TIMESTAMP(3) NULL,
  total DECIMAL(14,4) NOT NULL,
  flags BIT(8) NOT NULL,
  gift BOOLEAN NOT NULL,
  coupon VARCHAR(24) NULL,
  note VARCHAR(500) NULL,
  channel TINYINT NOT NULL,
  PRIMARY KEY (id),
  KEY by_customer (customer),
  KEY by_status (status, placed_at),
  FOREIGN KEY (customer) REFERENCES customers (id),
  FOREIGN KEY (coupon) REFERENCES coupons (code)
);
CREATE TABLE order_items (
  order_id BIGINT NOT NULL,
  line_no SMALLINT UNSIGNED NOT NULL,
  product INT NOT NULL,
  quantity SMALLINT UNSIGNED NOT NULL,
  unit_price DECIMAL(10,2) NOT NULL,
  discount DECIMAL(5,4) NULL,
  PRIMARY KEY (order_id, line_no),
  KEY by_product (product),
  FOREIGN KEY (order_id) REFERENCES orders (id),
  FOREIGN KEY (product) REFERENCES products (id)
);
CREATE TABLE payments (
  id CHAR(26) CHARACTER SET ascii NOT NULL,
  order_id BIGINT NOT NULL,
  method ENUM('card','transfer','wallet','cash') NOT NULL,
  amount DECIMAL(20,6) NOT NULL,
  fee FLOAT NULL,
  captured BIT(1) NOT NULL,
  response JSON NULL,
  created_at TIMESTAMP(6) NOT NULL,
  PRIMARY KEY (id),
  KEY by_order (order_id),
  FOREIGN KEY (order_id) REFERENCES orders (id)
);
CREATE TABLE shipments (
  id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  carrier VARCHAR(40) NOT NULL,
  tracking VARCHAR(40) NULL,
  shipped_on DATE NULL,
  delivered_at DATETIME NULL,
  in_transit TIME NULL,
  weight_kg DECIMAL(8,3) NULL,
  PRIMARY KEY (id),
  KEY by_order (order_id),
  FOREIGN KEY (order_id) REFERENCES orders (id)
);
CREATE TABLE reviews (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  product INT NOT NULL,
  customer BIGINT UNSIGNED NULL,
  stars TINYINT UNSIGNED NOT NULL,
  title VARCHAR(120) NULL,
  body MEDIUMTEXT NULL,
  helpful INT NOT NULL DEFAULT 0,
  written_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY by_product (product, stars),
  FOREIGN KEY (product) REFERENCES products (id),
  FOREIGN KEY (customer) REFERENCES customers (id)
);
CREATE TABLE sessions (
  id BINARY(16) NOT NULL,
  customer BIGINT UNSIGNED NULL,
  started_at DATETIME(3) NOT NULL,
  lasted TIME(2) NULL,
  address VARBINARY(16) NOT NULL,
  browser VARCHAR(255) NULL,
  cart JSON NULL,
  pages SMALLINT UNSIGNED NOT NULL,
  PRIMARY KEY (id),
  KEY by_customer (customer),
  FOREIGN KEY (customer) REFERENCES customers (id)
);
CREATE TABLE legacy_contacts (
  branch CHAR(3) NOT NULL,
  number INT NOT NULL,
  name VARCHAR(80) NOT NULL,
  remark TINYTEXT NULL,
  since YEAR NULL,
  balance DECIMAL(30,10) NULL,
  PRIMARY KEY (branch, number)
) DEFAULT CHARACTER SET latin1;
