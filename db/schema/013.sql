-- What has come to its end leaves the holder's token, with its key, at the next service.
ALTER TABLE certificate ADD COLUMN off_token_at INTEGER; -- when it and its key were removed from its token; null: never
