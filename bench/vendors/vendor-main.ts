/** A vendor of cards in a process of its own: one that answers, one that hangs, one that fails half of the time. */
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { CardsProviderService, ProviderCardSchema } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { runVendor } from "#platform/lifecycle/vendor.ts";

const [vendor = "", behaviour = "answers"] = process.argv.slice(2);

/** How often it was asked for each card. */
const asked = new Map<string, number>();
const card = create(ProviderCardSchema, { card: "card", currencyCode: "BRL", version: 1n });

const implementation: Partial<ServiceImpl<typeof CardsProviderService>> = {
  getCapabilities: () => ({ capability: "cards", vendor, version: "1.0.0" }),
  readCard({ card: name }) {
    if (behaviour === "hangs") {
      return new Promise(() => {});
    }
    if (behaviour === "fails-half") {
      asked.set(name, (asked.get(name) ?? 0) + 1);
      if (Math.random() < 0.5) {
        throw new ConnectError("now and then", Code.Unavailable);
      }
    }
    return card;
  },
};

process.on("message", () => {
  const attempts = [...asked.values()].reduce((sum, count) => sum + count, 0);
  process.send?.({ kind: "asked", attempts, cards: asked.size });
});

await runVendor(process, {
  capability: "cards",
  vendor,
  service: CardsProviderService,
  settings: {},
  // What is missing answers UNIMPLEMENTED.
  open: () => ({ implementation: implementation as ServiceImpl<typeof CardsProviderService> }),
});
