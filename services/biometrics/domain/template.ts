/** A template and the rules of its life. */

/** Where a template stands. */
export type TemplateState = "pending" | "active" | "rejected" | "unknown" | "deleting" | "deleted";

/** Why an image was not enrolled. */
export type Rejection =
  | "no_face"
  | "several_faces"
  | "image_invalid"
  | "image_too_large"
  | "poor_quality"
  | "request_lost";

/** A face that was enrolled: a reference to what a vendor holds. */
export interface Template {
  readonly id: string;
  readonly subject: string;
  readonly state: TemplateState;
  readonly vendor: string | undefined;
  /** The vendor's own name for it. */
  readonly reference: string | undefined;
  readonly sealedDigest: Buffer | undefined;
  readonly rejection: Rejection | undefined;
  /** request_id of the erasure at the vendor, made when deletion begins, so that asking again is asking the same. */
  readonly eraseRequestId: string | undefined;
  readonly eraseTime: Date | undefined;
  readonly createTime: Date;
  readonly updateTime: Date;
}

/** How the vendor's part of an enrolment went. */
export type EnrolmentOutcome =
  | { readonly kind: "enrolled"; readonly vendor: string; readonly reference: string; readonly sealedDigest: Buffer }
  | { readonly kind: "rejected"; readonly reason: Rejection }
  | { readonly kind: "unknown"; readonly vendor: string | undefined };

/** Why a call on a template is refused. */
export type TemplateRefusal = "template_not_found" | "template_not_active" | "template_not_deleted";

/** A template that the service has asked a vendor for. */
export function pendingTemplate(id: string, subject: string, at: Date): Template {
  return {
    id,
    subject,
    state: "pending",
    vendor: undefined,
    reference: undefined,
    sealedDigest: undefined,
    rejection: undefined,
    eraseRequestId: undefined,
    eraseTime: undefined,
    createTime: at,
    updateTime: at,
  };
}

/** The template after the vendor's part; undefined where it was settled before, by whoever came first. */
export function enrolled(template: Template, outcome: EnrolmentOutcome, at: Date): Template | undefined {
  if (template.state !== "pending" && template.state !== "unknown") {
    return undefined;
  }
  switch (outcome.kind) {
    case "enrolled": {
      const { vendor, reference, sealedDigest } = outcome;
      return { ...template, state: "active", vendor, reference, sealedDigest, updateTime: at };
    }
    case "rejected":
      return { ...template, state: "rejected", vendor: undefined, rejection: outcome.reason, updateTime: at };
    case "unknown":
      return template.state === "unknown"
        ? undefined
        : { ...template, state: "unknown", vendor: outcome.vendor, updateTime: at };
  }
}

/** A template that a vendor holds. */
export interface HeldTemplate extends Template {
  readonly vendor: string;
  readonly reference: string;
  readonly sealedDigest: Buffer;
}

/** Whether a vendor holds the template, or held it. */
export function isHeld(template: Template): template is HeldTemplate {
  return template.vendor !== undefined && template.reference !== undefined && template.sealedDigest !== undefined;
}

/** The template where it may be compared with, or deleted; else why not. What is deleted, or is about to be, is not there. */
export function usable(template: Template | undefined): HeldTemplate | TemplateRefusal {
  if (template === undefined || template.state === "deleting" || template.state === "deleted") {
    return "template_not_found";
  }
  return template.state === "active" && isHeld(template) ? template : "template_not_active";
}

/** The template from the moment on that its deletion was asked for. */
export function deleting(template: HeldTemplate, eraseRequestId: string, at: Date): HeldTemplate {
  return { ...template, state: "deleting", eraseRequestId, updateTime: at };
}

/** The template after the vendor has erased it; undefined where that was known already. */
export function deleted(template: Template, eraseTime: Date, at: Date): Template | undefined {
  return template.state === "deleting" ? { ...template, state: "deleted", eraseTime, updateTime: at } : undefined;
}
