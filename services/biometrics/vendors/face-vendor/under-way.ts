/** Requests that are being worked on in this process: of them nobody may be told yet that nothing came of it. */

/** Keeps them. */
export interface UnderWay {
  during<T>(tenant: string, requestId: string, work: () => Promise<T>): Promise<T>;
  has(tenant: string, requestId: string): boolean;
}

/** Makes one. */
export function createUnderWay(): UnderWay {
  const counts = new Map<string, number>();
  const keyOf = (tenant: string, requestId: string) => `${tenant}/${requestId}`;
  return {
    async during(tenant, requestId, work) {
      const key = keyOf(tenant, requestId);
      counts.set(key, (counts.get(key) ?? 0) + 1);
      try {
        return await work();
      } finally {
        const left = (counts.get(key) ?? 1) - 1;
        if (left === 0) {
          counts.delete(key);
        } else {
          counts.set(key, left);
        }
      }
    },
    has: (tenant, requestId) => counts.has(keyOf(tenant, requestId)),
  };
}
