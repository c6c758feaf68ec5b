/** What a mesh has started so far, so that all of it can be stopped again, whenever and however that comes. */

/** Something that was started. */
export interface Part {
  /** Ends it in order. */
  stop(): Promise<void>;
  /** Ends it by force, and waits for nothing; a stop under way then resolves. */
  abort(): void;
}

/** Layers in the order they are stopped: who asks goes before who answers. */
const LAYERS = ["edge", "services", "vendors", "servers"] as const;

/** A layer of the mesh. */
export type Layer = (typeof LAYERS)[number];

/** The parts of one mesh. */
export interface Parts {
  /** Notes a part, and gives it back. */
  add<Started extends Part>(layer: Layer, part: Started): Started;
  /** Stops all, layer by layer. Every part is asked to stop, also when others fail to. */
  stop(progress: (line: string) => void): Promise<void>;
}

/** No parts yet. Once `force` is aborted every part is ended by force. */
export function openParts(force: AbortSignal | undefined): Parts {
  const parts: { readonly layer: Layer; readonly part: Part }[] = [];
  force?.addEventListener("abort", () => {
    for (const { part } of parts) {
      part.abort();
    }
  });
  return {
    add(layer, part) {
      parts.push({ layer, part });
      return part;
    },
    async stop(progress) {
      const failures: unknown[] = [];
      for (const layer of LAYERS) {
        const members = parts.filter((entry) => entry.layer === layer);
        if (members.length > 0) {
          progress(`stopping: ${layer}`);
        }
        const outcomes = await Promise.allSettled(members.map(({ part }) => part.stop()));
        failures.push(...outcomes.filter((outcome) => outcome.status === "rejected").map(({ reason }) => reason));
      }
      parts.length = 0;
      if (failures.length > 0) {
        throw new AggregateError(failures, `not all was stopped: ${failures.map(String).join("; ")}`);
      }
    },
  };
}
