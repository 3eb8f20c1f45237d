-- tokens have a fee line of their own
CREATE TABLE fee_line_16 (
	application INTEGER NOT NULL REFERENCES application(id), -- by the table of the accepting day
	n INTEGER NOT NULL,              -- 1..
	object TEXT NOT NULL CHECK (object IN ('certificate','seal','user','token')), -- on what
	unit_fen INTEGER NOT NULL,       -- price
	pieces INTEGER NOT NULL,         -- times pieces
	years INTEGER NOT NULL,          -- times years
	amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0), -- product
	PRIMARY KEY (application, n)
) WITHOUT ROWID, STRICT;
INSERT INTO fee_line_16(application, n, object, unit_fen, pieces, years, amount_fen)
	SELECT application, n, object, unit_fen, pieces, years, amount_fen FROM fee_line;
DROP TABLE fee_line;
ALTER TABLE fee_line_16 RENAME TO fee_line;
