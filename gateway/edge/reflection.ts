/** Server reflection, v1 and v1alpha (gRPC, "Server Reflection"): what is served, as descriptors. */
import { type DescFile, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, type ServiceImpl } from "@connectrpc/connect";
import type {
  ServerReflection,
  ServerReflectionRequest,
  ServerReflectionResponseSchema,
} from "#gen/reflection/v1/reflection_pb.js";

type Answer = NonNullable<MessageInitShape<typeof ServerReflectionResponseSchema>["messageResponse"]>;

/** Makes the service; v1alpha has the same messages under other names, so the same implementation answers it. */
export function createReflection(
  files: Iterable<DescFile>,
  services: readonly string[],
): ServiceImpl<typeof ServerReflection> {
  const all = [...files];
  const byName = new Map(all.map((file) => [file.proto.name, file]));
  const bySymbol = symbolsOf(all);
  const extensions = extensionsOf(all);

  return {
    async *serverReflectionInfo(requests) {
      // Dependencies are sent once per stream, as clients keep them.
      const sent = new Set<string>();
      for await (const request of requests) {
        yield {
          validHost: request.host,
          originalRequest: request,
          messageResponse: answer(request.messageRequest, sent),
        };
      }
    },
  };

  function answer(request: ServerReflectionRequest["messageRequest"], sent: Set<string>): Answer {
    switch (request.case) {
      case "listServices":
        return { case: "listServicesResponse", value: { service: services.map((name) => ({ name })) } };
      case "fileByFilename":
        return fileAnswer(byName.get(request.value), sent);
      case "fileContainingSymbol":
        return fileAnswer(bySymbol.get(request.value.replace(/^\./, "")), sent);
      case "fileContainingExtension": {
        const { containingType, extensionNumber } = request.value;
        return fileAnswer(extensions.get(containingType)?.get(extensionNumber), sent);
      }
      case "allExtensionNumbersOfType": {
        const numbers = extensions.get(request.value);
        return numbers === undefined && !bySymbol.has(request.value)
          ? notFound()
          : {
              case: "allExtensionNumbersResponse",
              value: {
                baseTypeName: request.value,
                extensionNumber: [...(numbers?.keys() ?? [])].sort((a, b) => a - b),
              },
            };
      }
      case undefined:
        return failure(Code.InvalidArgument, "the request asks nothing");
    }
  }

  /** The file first, then what it needs and was not sent before. */
  function fileAnswer(file: DescFile | undefined, sent: Set<string>): Answer {
    if (file === undefined) {
      return notFound();
    }
    const wanted = [file];
    sent.add(file.proto.name);
    for (const each of wanted) {
      for (const dependency of each.dependencies) {
        if (!sent.has(dependency.proto.name)) {
          sent.add(dependency.proto.name);
          wanted.push(dependency);
        }
      }
    }
    const fileDescriptorProto = wanted.map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
    return { case: "fileDescriptorResponse", value: { fileDescriptorProto } };
  }
}

function notFound(): Answer {
  return failure(Code.NotFound, "nothing of this name is known here");
}

function failure(errorCode: Code, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}

/** Every full name, down to fields, enum values and methods, with the file that declares it. */
function symbolsOf(files: readonly DescFile[]): ReadonlyMap<string, DescFile> {
  const symbols = new Map<string, DescFile>();
  for (const desc of files.flatMap(typesOf)) {
    const { file } = desc;
    symbols.set(desc.typeName, file);
    switch (desc.kind) {
      case "message":
        for (const member of [...desc.fields, ...desc.oneofs]) {
          symbols.set(`${desc.typeName}.${member.name}`, file);
        }
        break;
      case "enum":
        // Values are siblings of their enum (descriptor.proto).
        for (const value of desc.values) {
          symbols.set(`${desc.typeName.replace(/[^.]+$/, "")}${value.name}`, file);
        }
        break;
      case "service":
        for (const method of desc.methods) {
          symbols.set(`${desc.typeName}.${method.name}`, file);
        }
        break;
      case "extension":
        break;
    }
  }
  return symbols;
}

function extensionsOf(files: readonly DescFile[]): ReadonlyMap<string, ReadonlyMap<number, DescFile>> {
  const byType = new Map<string, Map<number, DescFile>>();
  for (const desc of files.flatMap(typesOf)) {
    if (desc.kind === "extension") {
      const numbers = byType.get(desc.extendee.typeName) ?? new Map<number, DescFile>();
      numbers.set(desc.number, desc.file);
      byType.set(desc.extendee.typeName, numbers);
    }
  }
  return byType;
}

function typesOf(file: DescFile) {
  return [...nestedTypes(file)];
}
