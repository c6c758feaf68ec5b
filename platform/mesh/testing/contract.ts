/** A contract for tests of the mesh: that of products, with what a vendor's contract says of its methods besides. */
import { clone, create, createFileRegistry, type DescFile, getExtension, setExtension } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { type MethodRules, MethodRulesSchema, rules } from "#gen/malla/options/v1/options_pb.js";
import {
  file_malla_products_v1_products_service,
  ProductsService,
} from "#gen/malla/products/v1/products_service_pb.js";

/** Rules by the name of the method. */
export type RulesByMethod = Readonly<Record<string, Partial<MethodRules>>>;

/** ProductsService whose methods have these rules on top of their own. */
export function contractWith(rulesByMethod: RulesByMethod): typeof ProductsService {
  const original = file_malla_products_v1_products_service;
  const file = clone(FileDescriptorProtoSchema, original.proto);
  for (const { name, options } of file.service.flatMap(({ method }) => method)) {
    const more = rulesByMethod[name];
    if (more !== undefined && options !== undefined) {
      setExtension(options, rules, create(MethodRulesSchema, { ...getExtension(options, rules), ...more }));
    }
  }
  const files = [...dependenciesOf(original).map(({ proto }) => proto), file];
  const service = createFileRegistry(create(FileDescriptorSetSchema, { file: files })).getService(
    ProductsService.typeName,
  );
  // The same service by its shape, made anew.
  return service as unknown as typeof ProductsService;
}

/** Files that a file needs, those that others need first. */
function dependenciesOf(file: DescFile, seen = new Set<DescFile>()): DescFile[] {
  for (const dependency of file.dependencies) {
    dependenciesOf(dependency, seen);
    seen.add(dependency);
  }
  return [...seen];
}
