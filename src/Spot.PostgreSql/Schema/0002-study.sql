-- Records of studies. {schema} stands for the schema's quoted name.

create table {schema}.studies (
    id integer generated always as identity primary key,
    name text collate "C" not null unique check (name ~ '^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$'),
    backbone text, -- what computes, as the first who worked on it; null before
    precision text,
    device text,
    plan jsonb,    -- what it was submitted with: what decides its results, by name; null where nobody submitted it
    description text not null default '', -- for those who work on it, to make the plan of
    submitted timestamptz, -- last
    is_cancelled boolean not null default false,
    created timestamptz not null default now()
);

-- A unit that is done: one row with all that it made.
create table {schema}.study_units (
    study integer not null references {schema}.studies on delete cascade,
    name text collate "C" not null,
    content bytea not null,  -- what it gave: JSON as in the folder's units/
    prompt_kind text check (prompt_kind in ('source', 'embedding')),
    prompt_id text collate "C",
    sidecar bytea,           -- of its prompt, all but the numbers
    payload bytea,           -- the numbers: a safetensors file
    prompt_sha256 bytea,     -- of sidecar and payload
    sha256 bytea not null,   -- of the rest of the row
    done timestamptz not null default now(),
    primary key (study, name)
);
alter table {schema}.study_units alter column payload set storage external; -- numbers do not shrink
create unique index study_units_prompt on {schema}.study_units (study, prompt_kind, prompt_id) where prompt_id is not null;

-- Checkpoints of runs under way, by the path in the run's folder.
create table {schema}.study_checkpoints (
    study integer not null references {schema}.studies on delete cascade,
    unit text collate "C" not null,
    path text collate "C" not null,
    content bytea not null,
    sha256 bytea not null,
    written timestamptz not null default now(),
    primary key (study, unit, path)
);
alter table {schema}.study_checkpoints alter column content set storage external;

-- What a submitted study is made of, and how its jobs stand with the engine that hands them out.
create table {schema}.study_work (
    study integer not null references {schema}.studies on delete cascade,
    unit text collate "C" not null,
    place integer not null,     -- the order in which units are begun
    steps bigint not null,
    needs text[] not null,      -- the units that must be done before
    claimed timestamptz,        -- when somebody took it on him to enqueue it; null where nobody did
    job text,                   -- the engine's job; null before it is enqueued
    worker text,                -- who began it last; null where nobody does it
    starts integer not null default 0,
    failures integer not null default 0,
    reason text,                -- of the last failure
    is_set_aside boolean not null default false, -- failed too often: the rest goes on without it
    primary key (study, unit)
);
create index study_work_needs on {schema}.study_work using gin (needs);
