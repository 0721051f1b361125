-- Foreign MCP servers joined as tools. What a server offered when a person last accepted it is kept with its hash, so that a
-- tool whose words or schemas change later is withheld, and the person sees what it said before. Servers belong to the
-- installation, as the file that lists them does, not to a workspace.
create table foreign_servers (
  server text primary key,
  joined_at timestamptz not null
);

create table foreign_tools (
  server text not null references foreign_servers (server) on delete cascade,
  tool text not null,
  hash text not null,
  description text not null,
  accepted_by text not null,
  accepted_at timestamptz not null,
  primary key (server, tool)
);
