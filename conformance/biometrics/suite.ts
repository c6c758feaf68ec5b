/** The clauses of malla.biometrics.v1.BiometricsProviderService. */
import { BiometricsProviderService } from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import type { Suite } from "../kit/suite.ts";
import { type BiometricsBench, openBench } from "./bench.ts";
import { challenges } from "./challenges.ts";
import { everyCall } from "./every-call.ts";
import { FEATURES } from "./features.ts";
import { erasures, images, searches, templates } from "./templates.ts";

/** Puts a vendor of biometrics through its contract. */
export const biometricsSuite: Suite<typeof BiometricsProviderService, BiometricsBench> = {
  capability: "biometrics",
  service: BiometricsProviderService,
  features: FEATURES,
  parameters: [
    { name: "face_a1", what: "a file: JPEG or PNG of one face, looking straight ahead" },
    { name: "face_a2", what: "a file: another picture of the person of face_a1" },
    { name: "face_b", what: "a file: one face of another person" },
    { name: "no_face", what: "a file: a picture without a face" },
    { name: "several_faces", what: "a file: a picture of two or more faces" },
    { name: "frame_straight", what: "a file: a person looking straight ahead" },
    { name: "frames_turn_left", what: "two files, by a comma: that person, the head turned to the person's left" },
    { name: "frames_turn_right", what: "two files, by a comma: the head turned to the person's right" },
    { name: "frames_look_up", what: "two files, by a comma: the head raised" },
  ],
  groups: [everyCall, images, templates, erasures, searches, challenges],
  open: openBench,
};
