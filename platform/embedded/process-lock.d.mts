/** A lock that this process holds. */
export interface HeldLock {
  /** Lets another process hold it too: it stays taken until both have ended. */
  share(pid: number): void;
  release(): void;
}

/** Tells a process from a later one with the same number; undefined when it does not run. */
export function identityOf(pid: number): string | undefined;

/** Process that holds the lock; undefined when none does. */
export function holderOf(lock: string): number | undefined;

/** Takes the lock for this process, or says who holds it. The folder that the lock lies in must exist. */
export function tryLock(lock: string): HeldLock | { readonly holder: number };
