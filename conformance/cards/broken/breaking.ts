/** How a broken vendor is made: the reference, with some of its answers bent. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import {
  type AuthorizeRequest,
  type CardsProviderService,
  type MoveResponse,
  MoveResponseSchema,
  type ProviderCard,
  ProviderCardSchema,
} from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { BrokenVendor } from "../../kit/suite.ts";
import type { KeptAuthorization } from "../reference/books.ts";
import { type CardsVendor, createReference, type Reference } from "../reference/reference.ts";

/** A broken card processor. */
export type Broken = BrokenVendor<typeof CardsProviderService>;

/** Makes one that differs from the reference in what `bend` answers. */
export function broken(
  name: string,
  says: string,
  fails: readonly string[],
  bend: (reference: Reference) => Partial<CardsVendor>,
): Broken {
  return {
    name,
    says,
    fails,
    make() {
      const reference = createReference();
      return { ...reference.vendor, ...bend(reference) };
    },
  };
}

/** The answer of a move of the reference. */
export async function moved(
  answer: MessageInitShape<typeof MoveResponseSchema> | Promise<MessageInitShape<typeof MoveResponseSchema>>,
): Promise<MoveResponse> {
  return create(MoveResponseSchema, await answer);
}

/** The answer about a card of the reference. */
export async function carded(
  answer: MessageInitShape<typeof ProviderCardSchema> | Promise<MessageInitShape<typeof ProviderCardSchema>>,
): Promise<ProviderCard> {
  return create(ProviderCardSchema, await answer);
}

/** Bends what the reference answers to an authorization, before it is answered. */
export function bendAuthorize(
  { vendor }: Reference,
  bend: (answer: MoveResponse, request: AuthorizeRequest, context: HandlerContext) => MoveResponse,
): Pick<CardsVendor, "authorize"> {
  return {
    authorize: async (request, context) => bend(await moved(vendor.authorize(request, context)), request, context),
  };
}

/** What the books have of an authorization. */
export function keptOf(
  { booksOf }: Reference,
  context: HandlerContext,
  find: { readonly reference?: string; readonly requestId?: string },
): KeptAuthorization | undefined {
  return [...booksOf(context).authorizations.values()].find(
    ({ authorization }) => authorization.authorization === find.reference || authorization.requestId === find.requestId,
  );
}
