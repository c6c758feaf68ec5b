/**
 * A lock between processes that ends with its holder: after kill -9 the next one takes it over at once.
 * Plain JavaScript without packages, because it guards their installation too.
 *
 * The lock is a folder with one empty file per holder, named by the holder's identity. Taking it renames a folder that
 * is already marked onto the lock's path, which succeeds for one process only, and only while no holder's mark is there.
 * Removing a dead holder's mark can never remove a living one's: their names differ.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Tells a process from a later one that was given the same number.
 * Undefined when it does not run; one that ended but was not yet reaped does not run.
 */
export function identityOf(pid) {
  if (process.platform !== "linux") {
    return takesSignals(pid) ? String(pid) : undefined;
  }
  const stat = unless(["ENOENT", "ESRCH"], () => readFileSync(`/proc/${pid}/stat`, "latin1"));
  if (stat === undefined) {
    return undefined;
  }
  // The program's name may hold blanks and brackets: fields are counted after its last bracket (proc_pid_stat(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, startTicks] = [fields[0], fields[19]];
  return state === "Z" || state === "X" ? undefined : `${pid}-${startTicks}`;
}

/** Process that holds the lock; undefined when none does. */
export function holderOf(lock) {
  const holder = marksIn(lock).find((mark) => identityOf(pidOf(mark)) === mark);
  return holder === undefined ? undefined : pidOf(holder);
}

/** Takes the lock for this process, or says who holds it. The folder that the lock lies in must exist. */
export function tryLock(lock) {
  const own = identityOf(process.pid);
  const prepared = `${lock}.${own}`;
  mkdirSync(prepared, { recursive: true });
  writeFileSync(join(prepared, own), "");
  for (;;) {
    const holder = holderOf(lock);
    if (holder !== undefined) {
      rmSync(prepared, { recursive: true, force: true });
      return { holder };
    }
    for (const mark of marksIn(lock).filter((mark) => identityOf(pidOf(mark)) !== mark)) {
      rmSync(join(lock, mark), { force: true });
    }
    const taken = unless(["ENOTEMPTY", "EEXIST"], () => {
      renameSync(prepared, lock);
      return true;
    });
    if (taken === true) {
      return held(lock, own);
    }
  }
}

function held(lock, own) {
  const marks = [own];
  return {
    share(pid) {
      const mark = identityOf(pid);
      if (mark !== undefined) {
        writeFileSync(join(lock, mark), "");
        marks.push(mark);
      }
    },
    release() {
      for (const mark of marks) {
        rmSync(join(lock, mark), { force: true });
      }
      // Somebody else may have taken it between the two steps, or removed the folder it lies in.
      unless(["ENOTEMPTY", "EEXIST", "ENOENT"], () => rmdirSync(lock));
    },
  };
}

function marksIn(lock) {
  return unless(["ENOENT"], () => readdirSync(lock)) ?? [];
}

function pidOf(mark) {
  return Number(mark.split("-")[0]);
}

function takesSignals(pid) {
  return unless(["ESRCH"], () => unless(["EPERM"], () => process.kill(pid, 0)) ?? true) === true;
}

/** What `work` gives; undefined when it fails with one of the codes. */
function unless(codes, work) {
  try {
    return work();
  } catch (error) {
    if (codes.includes(error.code)) {
      return undefined;
    }
    throw error;
  }
}
