-- Which item a token is taken for: the ledger's own column names the item whose certificate is on it, not the one on its way.
CREATE INDEX item_token ON item(token) WHERE token IS NOT NULL;
