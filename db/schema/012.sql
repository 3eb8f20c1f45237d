-- The reasons that were given last are offered again: a walk from the newest back, by what they were given for.
CREATE INDEX turn_recent ON turn(act, at, application, n);
CREATE INDEX token_move_recent ON token_move(to_state, at, token, n);
