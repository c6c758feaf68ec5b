/** A database and its three roles for a service, made when missing. */
import postgres from "postgres";

/** URLs of a service's database, one per role. */
export interface ServiceDatabaseUrls {
  /** Owns the database and migrates it. */
  readonly owner: string;
  /** Serves calls; row-level security binds it to one tenant at a time. */
  readonly app: string;
  /** Works across tenants: passes row-level security, and may do just what the migrations grant. */
  readonly worker: string;
}

const ROLES = ["owner", "app", "worker"] as const;

/**
 * Makes the database `name` with the login roles <name>_owner, <name>_app and <name>_worker. None is superuser, and only
 * the worker passes row-level security, without which it could not COPY.
 *
 * @param superuserUrl URL of a superuser
 * @param password gives the password of a role
 */
export async function ensureServiceDatabase(
  superuserUrl: string,
  name: string,
  password: (role: string) => string,
): Promise<ServiceDatabaseUrls> {
  const server = postgres(superuserUrl, { max: 1, onnotice: () => {}, database: "postgres" });
  try {
    for (const role of ROLES) {
      await ensureRole(server, `${name}_${role}`, password(`${name}_${role}`));
    }
    const [exists] = await server`select 1 from pg_database where datname = ${name}`;
    if (exists === undefined) {
      await server`create database ${server(name)} owner ${server(`${name}_owner`)}`;
    }
    await server`revoke all on database ${server(name)} from public`;
    await server`grant connect on database ${server(name)} to ${server(`${name}_app`)}, ${server(`${name}_worker`)}`;
  } finally {
    await server.end();
  }
  const url = (role: (typeof ROLES)[number]) => {
    const full = new URL(superuserUrl);
    full.username = `${name}_${role}`;
    full.password = password(`${name}_${role}`);
    full.pathname = `/${name}`;
    return full.href;
  };
  return { owner: url("owner"), app: url("app"), worker: url("worker") };
}

async function ensureRole(server: postgres.Sql, role: string, password: string): Promise<void> {
  const security = role.endsWith("_worker") ? "bypassrls" : "nobypassrls";
  const [exists] = await server<{ rolbypassrls: boolean }[]>`select rolbypassrls from pg_roles where rolname = ${role}`;
  if (exists === undefined) {
    // A role's password is no parameter of CREATE ROLE; the literal is quoted by the server itself.
    const [quoted] = await server<{ literal: string }[]>`select quote_literal(${password}) as literal`;
    await server.unsafe(
      `create role "${role}" login nosuperuser ${security} nocreatedb nocreaterole password ${quoted?.literal ?? ""}`,
    );
  } else if (exists.rolbypassrls !== (security === "bypassrls")) {
    await server.unsafe(`alter role "${role}" ${security}`);
  }
}
