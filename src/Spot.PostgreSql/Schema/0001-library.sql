-- The prompt library. {schema} stands for the schema's quoted name.

-- What all prompts have in common, in one row. Whoever changes prompts changes its version first and so holds the row until the end of the
-- transaction: changes are made one after the other, and become visible in the order of their versions.
create table {schema}.library (
    is_only boolean primary key default true check (is_only),
    backbone text,
    dim integer,
    version bigint not null default 0
);
insert into {schema}.library default values;

create table {schema}.prompts (
    id text collate "C" primary key check (id ~ '^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$'),
    backbone text not null,
    dim integer not null,
    sidecar json not null,   -- all of a record but its numbers, as the library's folder and its archives have it; it names the SHA-256 of payload
    payload bytea not null,  -- the numbers: a safetensors file
    keys bytea,              -- float64, little-endian, for each similarity: 2 x dim where the embedding's start is not known, else 4 x dim; null without embedding
    keys_sha256 bytea,       -- of payload's hash, the embedding's step and keys
    version bigint not null  -- of the library, when the row was written
);
alter table {schema}.prompts alter column payload set storage external, alter column keys set storage external; -- numbers do not shrink
create unique index prompts_id_without_case on {schema}.prompts (lower(id));
create index prompts_version on {schema}.prompts (version);

create table {schema}.removed_prompts (
    id text collate "C" primary key,
    version bigint not null
);
create index removed_prompts_version on {schema}.removed_prompts (version);

-- Functions run with their owner's rights: who may change prompts needs no right to library and removed_prompts.
create function {schema}.prompts_begin() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update {schema}.library set version = version + 1;
    return null;
end $$;

create function {schema}.prompts_write() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    head {schema}.library;
begin
    select * into strict head from {schema}.library;
    if head.backbone is distinct from new.backbone then
        if head.backbone is not null then
            raise exception 'found a prompt of the backbone %, expected %', new.backbone, head.backbone using errcode = 'SP001';
        end if;
        update {schema}.library set backbone = new.backbone;
    end if;
    if head.dim is distinct from new.dim then
        if head.dim is not null and exists (select from {schema}.prompts) then
            raise exception 'found a prompt of width %, expected %', new.dim, head.dim using errcode = 'SP002';
        end if;
        update {schema}.library set dim = new.dim;
    end if;
    if tg_op = 'UPDATE' and old.id <> new.id then
        insert into {schema}.removed_prompts values (old.id, head.version) on conflict (id) do update set version = excluded.version;
    end if;
    new.version := head.version;
    return new;
end $$;

create function {schema}.prompts_remove() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into {schema}.removed_prompts select old.id, version from {schema}.library on conflict (id) do update set version = excluded.version;
    return null;
end $$;

create function {schema}.prompts_truncate() returns trigger language plpgsql as $$
begin
    raise exception 'prompts cannot be truncated, as others would not learn of it: use delete';
end $$;

create function {schema}.prompts_end() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform pg_notify(tg_table_schema || '.prompts', '');
    return null;
end $$;

create trigger prompts_begin before insert or update or delete on {schema}.prompts for each statement execute function {schema}.prompts_begin();
create trigger prompts_write before insert or update on {schema}.prompts for each row execute function {schema}.prompts_write();
create trigger prompts_remove after delete on {schema}.prompts for each row execute function {schema}.prompts_remove();
create trigger prompts_truncate before truncate on {schema}.prompts for each statement execute function {schema}.prompts_truncate();
create trigger prompts_end after insert or update or delete on {schema}.prompts for each statement execute function {schema}.prompts_end();
