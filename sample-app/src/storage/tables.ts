/** The shop's tables, and what is in the warehouse at first. */
export const TABLES: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS orders (
     id TEXT PRIMARY KEY, user_id TEXT NOT NULL, product_id TEXT NOT NULL, quantity INTEGER NOT NULL,
     status TEXT NOT NULL, payment_id TEXT, amount_cents INTEGER)`,
  `CREATE TABLE IF NOT EXISTS products (
     id TEXT PRIMARY KEY, price_cents INTEGER NOT NULL, on_hand INTEGER NOT NULL, reserved INTEGER NOT NULL)`,
  `INSERT INTO products VALUES ('book', 1500, 100, 0), ('lamp', 4900, 5, 0), ('piano', 250000, 1, 0)
     ON CONFLICT DO NOTHING`,
];
