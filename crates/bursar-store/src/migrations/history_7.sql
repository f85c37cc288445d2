-- Ids and numbers are searched by their key, which is that of `text::search_key`: where they are not plain ASCII, the index
-- has other pieces of them from now on. The index holds no texts, so an entry is taken out by the text that went in.
INSERT INTO id_part (id_part, rowid, id)
    SELECT 'delete', line, concat_ws(' ', id, number) FROM payment
    WHERE concat_ws(' ', id, number) GLOB '*[^ -~]*' AND line NOT IN (SELECT line FROM id_waiting);
INSERT INTO id_part (rowid, id)
    SELECT line, search_key(concat_ws(' ', id, number)) FROM payment
    WHERE concat_ws(' ', id, number) GLOB '*[^ -~]*' AND line NOT IN (SELECT line FROM id_waiting);
