package io.s3dlio.storage.gcs;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.s3dlio.storage.cloud.ListPages.Listed;
import io.s3dlio.storage.cloud.ListPages.Page;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The bodies of requests and answers, as the reference of the JSON API shows them. */
final class GcsJson {
  /** The mark of an upload, in an object's own metadata. */
  static final String UPLOAD_ID = "s3dlio-upload";

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonFactory FACTORY = MAPPER.getFactory();

  private GcsJson() {}

  /** What a server says of a failure; each part may be empty. */
  record ErrorAnswer(String reason, String message) {
    static final ErrorAnswer NONE = new ErrorAnswer("", "");
  }

  /** Reads an error; what is none says nothing, but for a line of text that it may be. */
  static ErrorAnswer error(ByteBuffer body) {
    if (!body.hasRemaining()) {
      return ErrorAnswer.NONE;
    }
    byte[] bytes = bytes(body);
    try {
      JsonNode error = MAPPER.readTree(bytes).path("error");
      String reason = error.path("errors").path(0).path("reason").asText("");
      return new ErrorAnswer(reason, error.path("message").asText(""));
    } catch (IOException e) {
      // What is wrong with a download is told in plain text; a proxy tells it in HTML.
      String text = new String(bytes, UTF_8).strip();
      return text.startsWith("<") ? ErrorAnswer.NONE : new ErrorAnswer("", text);
    }
  }

  /**
   * Writes the metadata of a new object.
   *
   * @param uploadId its mark; empty for none
   */
  static byte[] metadata(String key, ObjectSum sum, String uploadId) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("name", key);
      json.writeStringField("contentType", "application/octet-stream");
      if (sum.isTaken()) {
        json.writeStringField(sum.field(), sum.base64());
      }
      if (!uploadId.isEmpty()) {
        json.writeObjectFieldStart("metadata");
        json.writeStringField(UPLOAD_ID, uploadId);
        json.writeEndObject();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("Memory takes whatever is written", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads an object's resource.
   *
   * @throws IOException if it is none, or is cut off
   */
  static GcsObject object(ByteBuffer body) throws IOException {
    try (JsonParser json = FACTORY.createParser(bytes(body))) {
      json.nextToken();
      return object(json);
    }
  }

  /**
   * Reads a page of a listing, without keeping what it does not need.
   *
   * @throws IOException if it is none, or is cut off
   */
  static Page page(ByteBuffer body) throws IOException {
    List<Listed> objects = new ArrayList<>();
    List<String> prefixes = new ArrayList<>();
    String continuation = "";
    try (JsonParser json = FACTORY.createParser(bytes(body))) {
      json.nextToken();
      requireObject(json);
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "items" -> {
            while (isNextOfList(json)) {
              GcsObject object = object(json);
              objects.add(
                  new Listed(object.name(), object.size(), object.updated(), object.generation()));
            }
          }
          case "prefixes" -> {
            while (isNextOfList(json)) {
              prefixes.add(text(json, field));
            }
          }
          case "nextPageToken" -> continuation = text(json, field);
          default -> json.skipChildren();
        }
      }
    }
    return new Page(objects, prefixes, continuation);
  }

  private static boolean isNextOfList(JsonParser json) throws IOException {
    if (!json.hasToken(JsonToken.VALUE_NULL)) {
      return json.nextToken() != JsonToken.END_ARRAY;
    }
    return false;
  }

  private static GcsObject object(JsonParser json) throws IOException {
    requireObject(json);
    String name = "";
    long size = -1;
    Instant updated = Instant.EPOCH;
    String generation = "";
    String crc32c = "";
    String md5 = "";
    String uploadId = "";
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "name" -> name = text(json, field);
        case "size" -> size = number(text(json, field), field);
        case "updated" -> updated = time(text(json, field));
        case "generation" -> generation = text(json, field);
        case "crc32c" -> crc32c = text(json, field);
        case "md5Hash" -> md5 = text(json, field);
        case "metadata" -> uploadId = uploadId(json);
        default -> json.skipChildren();
      }
    }
    if (name.isEmpty() || size < 0 || !GcsRequests.isGeneration(generation)) {
      throw new IOException("the answer's object lacks its name, its size or its generation");
    }
    return new GcsObject(name, size, updated, generation, crc32c, md5, uploadId);
  }

  private static String uploadId(JsonParser json) throws IOException {
    requireObject(json);
    String id = "";
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      json.nextToken();
      if (field.equals(UPLOAD_ID)) {
        id = text(json, field);
      } else {
        json.skipChildren();
      }
    }
    return id;
  }

  private static void requireObject(JsonParser json) throws IOException {
    if (!json.hasToken(JsonToken.START_OBJECT)) {
      throw new IOException("the answer is no JSON object");
    }
  }

  private static String text(JsonParser json, String field) throws IOException {
    if (!json.hasToken(JsonToken.VALUE_STRING)) {
      throw new IOException("the answer's '%s' is no text".formatted(field));
    }
    return json.getText();
  }

  private static long number(String text, String field) throws IOException {
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IOException("the answer's '%s' is no number".formatted(field), e);
    }
    throw new IOException("the answer's '%s' is negative".formatted(field));
  }

  private static Instant time(String text) throws IOException {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new IOException("the answer's time is none", e);
    }
  }

  private static byte[] bytes(ByteBuffer body) {
    byte[] bytes = new byte[body.remaining()];
    body.get(body.position(), bytes);
    return bytes;
  }
}
