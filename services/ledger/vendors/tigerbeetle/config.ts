/** Settings of its own: where the cluster is. */
import { z } from "zod";

const ADDRESSES = "expected host:port,host:port, the replicas of the cluster in their order";
const CLUSTER_ID = "expected the cluster's id, a whole number of up to 128 bits";

export const settings = {
  /** Replicas of the cluster, in the order they were formatted with. */
  MALLA_TIGERBEETLE_ADDRESSES: z
    .string(ADDRESSES)
    .regex(/^[^:,\s]+:\d{1,5}(,[^:,\s]+:\d{1,5})*$/, ADDRESSES)
    .transform((text) => text.split(",")),
  /** Id that the cluster was formatted with. */
  MALLA_TIGERBEETLE_CLUSTER_ID: z
    .string(CLUSTER_ID)
    .regex(/^\d{1,39}$/, CLUSTER_ID)
    .transform(BigInt)
    .refine((id) => id < 2n ** 128n, CLUSTER_ID),
};
