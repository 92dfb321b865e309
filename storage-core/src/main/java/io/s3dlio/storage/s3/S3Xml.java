package io.s3dlio.storage.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The bodies of S3's requests and answers, as the API reference of Amazon S3 shows them. Answers
 * are read without document types and entities of their own, and no deeper than S3 writes them.
 */
final class S3Xml {
  static final int MAX_DEPTH = 8;

  private static final XMLInputFactory READERS = readers();

  private S3Xml() {}

  /** An element and the text of its children; of the last one, where a name occurs twice. */
  private record Element(String name, Map<String, String> children) {
    String text(String child) {
      return children.getOrDefault(child, "");
    }

    String required(String child) throws IOException {
      String text = children.get(child);
      if (text == null) {
        throw new IOException("the answer's <%s> has no <%s>".formatted(name, child));
      }
      return text;
    }
  }

  /** Sees each element that ends, the innermost first. */
  @FunctionalInterface
  private interface Visitor {
    void visit(Element element, int depth) throws IOException;
  }

  /** An object in a listing; {@code etag} is unquoted. */
  record Listed(String key, long length, Instant lastModified, String etag) {}

  /**
   * A page of a listing.
   *
   * @param prefixes what keys have in common up to the delimiter, if one was asked for
   * @param continuation names the next page; empty after the last
   */
  record Page(List<Listed> objects, List<String> prefixes, String continuation) {}

  /** What a server says of a failure; each part may be empty. */
  record ErrorAnswer(String code, String message, String requestId, String region) {
    static final ErrorAnswer NONE = new ErrorAnswer("", "", "", "");
  }

  /** A key that was not deleted. */
  record FailedDelete(String key, String code, String message) {}

  /** What became of a batch of deletes. */
  record Deleted(List<String> keys, List<FailedDelete> failures) {}

  /** An upload under way. */
  record Upload(String key, String uploadId, Instant initiated) {}

  /** A page of uploads; the markers are empty after the last. */
  record Uploads(List<Upload> uploads, String nextKey, String nextUploadId) {}

  /** A part of an upload that is done; {@code checksum} is empty if it has none. */
  record Part(int number, String etag, String checksum) {}

  /**
   * Reads ListBucketResult.
   *
   * @throws IOException if it is none, or is cut off
   */
  static Page page(ByteBuffer body) throws IOException {
    return parse(body, reader -> new ListPageReader(reader).read());
  }

  /** Reads Error; what is no such document says nothing. */
  static ErrorAnswer error(ByteBuffer body) {
    if (!body.hasRemaining()) {
      return ErrorAnswer.NONE;
    }
    try {
      Element root = read(body, "Error", (element, depth) -> {});
      return new ErrorAnswer(
          root.text("Code"), root.text("Message"), root.text("RequestId"), root.text("Region"));
    } catch (IOException e) {
      // A proxy's page, as a rule: the status says what there is to say.
      return ErrorAnswer.NONE;
    }
  }

  /** Reads InitiateMultipartUploadResult and returns the upload's id. */
  static String uploadId(ByteBuffer body) throws IOException {
    String id = read(body, "InitiateMultipartUploadResult", (e, depth) -> {}).required("UploadId");
    if (id.isEmpty()) {
      throw new IOException("the answer's <UploadId> is empty");
    }
    return id;
  }

  /** Reads CompleteMultipartUploadResult and returns the ETag, unquoted. */
  static String completed(ByteBuffer body) throws IOException {
    Element root = read(body, "CompleteMultipartUploadResult", (element, depth) -> {});
    return S3Store.unquoted(root.required("ETag"));
  }

  /** Reads DeleteResult. */
  static Deleted deleted(ByteBuffer body) throws IOException {
    List<String> keys = new ArrayList<>();
    List<FailedDelete> failures = new ArrayList<>();
    read(
        body,
        "DeleteResult",
        (element, depth) -> {
          if (depth == 2 && element.name().equals("Deleted")) {
            // MinIO leaves the key of what it could not delete out.
            keys.add(element.text("Key"));
          } else if (depth == 2 && element.name().equals("Error")) {
            failures.add(
                new FailedDelete(
                    element.text("Key"), element.text("Code"), element.text("Message")));
          }
        });
    return new Deleted(keys, failures);
  }

  /** Reads ListMultipartUploadsResult. */
  static Uploads uploads(ByteBuffer body) throws IOException {
    List<Upload> uploads = new ArrayList<>();
    Element root =
        read(
            body,
            "ListMultipartUploadsResult",
            (element, depth) -> {
              if (depth == 2 && element.name().equals("Upload")) {
                uploads.add(
                    new Upload(
                        element.required("Key"),
                        element.required("UploadId"),
                        time(element.required("Initiated"))));
              }
            });
    boolean encoded = root.text("EncodingType").equals("url");
    List<Upload> decoded = new ArrayList<>(uploads.size());
    for (Upload upload : uploads) {
      String key = encoded ? decode(upload.key()) : upload.key();
      decoded.add(new Upload(key, upload.uploadId(), upload.initiated()));
    }
    boolean more = root.text("IsTruncated").equals("true");
    String nextKey = encoded ? decode(root.text("NextKeyMarker")) : root.text("NextKeyMarker");
    if (more && nextKey.isEmpty()) {
      throw new IOException("the answer says that there is more, and not where");
    }
    return more
        ? new Uploads(decoded, nextKey, root.text("NextUploadIdMarker"))
        : new Uploads(decoded, "", "");
  }

  /** Writes CompleteMultipartUpload. */
  static ByteBuffer complete(List<Part> parts) {
    StringBuilder xml = new StringBuilder(128 * parts.size() + 64);
    xml.append("<CompleteMultipartUpload>");
    for (Part part : parts) {
      xml.append("<Part><PartNumber>").append(part.number()).append("</PartNumber><ETag>");
      text(xml, S3Store.quoted(part.etag()));
      xml.append("</ETag>");
      if (!part.checksum().isEmpty()) {
        xml.append("<ChecksumCRC32C>").append(part.checksum()).append("</ChecksumCRC32C>");
      }
      xml.append("</Part>");
    }
    return bytes(xml.append("</CompleteMultipartUpload>"));
  }

  /** Returns whether a document can hold the key: XML 1.0 has no way to write most controls. */
  static boolean canHold(String key) {
    return UTF_8.newEncoder().canEncode(key)
        && key.chars()
            .allMatch(
                c -> c >= ' ' ? c != 0xFFFE && c != 0xFFFF : c == '\t' || c == '\n' || c == '\r');
  }

  /** Writes Delete, of keys that a document {@linkplain #canHold can hold}. */
  static ByteBuffer delete(List<String> keys) {
    StringBuilder xml = new StringBuilder(64 * keys.size() + 32);
    xml.append("<Delete>");
    for (String key : keys) {
      xml.append("<Object><Key>");
      text(xml, key);
      xml.append("</Key></Object>");
    }
    return bytes(xml.append("</Delete>"));
  }

  private static void text(StringBuilder xml, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> xml.append("&amp;");
        case '<' -> xml.append("&lt;");
        case '>' -> xml.append("&gt;");
        case '"' -> xml.append("&quot;");
        case '\t', '\n', '\r' -> xml.append("&#").append((int) c).append(';');
        default -> xml.append(c);
      }
    }
  }

  private static ByteBuffer bytes(StringBuilder xml) {
    return ByteBuffer.wrap(xml.toString().getBytes(UTF_8));
  }

  private static XMLInputFactory readers() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
    return factory;
  }

  /** Makes something of a document. */
  @FunctionalInterface
  private interface Parsing<T> {
    T parse(XMLStreamReader reader) throws XMLStreamException, IOException;
  }

  /** Reads a document through and returns its root. */
  private static Element read(ByteBuffer body, String rootName, Visitor visitor)
      throws IOException {
    return parse(body, reader -> read(reader, rootName, visitor));
  }

  private static <T> T parse(ByteBuffer body, Parsing<T> parsing) throws IOException {
    // A server that is slow to answer may send blanks first, which a document must not begin with.
    int start = body.position();
    while (start < body.limit() && body.get(start) <= ' ' && body.get(start) >= 0) {
      start++;
    }
    byte[] bytes = new byte[body.limit() - start];
    body.get(start, bytes);
    try {
      XMLStreamReader reader = READERS.createXMLStreamReader(new ByteArrayInputStream(bytes));
      try {
        return parsing.parse(reader);
      } finally {
        reader.close();
      }
    } catch (XMLStreamException e) {
      throw new IOException("the answer is no XML: " + e.getMessage(), e);
    }
  }

  private static Element read(XMLStreamReader reader, String rootName, Visitor visitor)
      throws XMLStreamException, IOException {
    Deque<Element> open = new ArrayDeque<>();
    StringBuilder text = new StringBuilder();
    Element root = null;
    while (reader.hasNext()) {
      switch (reader.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          open.push(new Element(reader.getLocalName(), new HashMap<>()));
          text.setLength(0);
          if (open.size() == 1 && !reader.getLocalName().equals(rootName)) {
            throw new IOException(
                "the answer is <%s>, not <%s>".formatted(reader.getLocalName(), rootName));
          }
          if (open.size() > MAX_DEPTH) {
            throw new IOException("the answer is nested too deep");
          }
        }
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
            text.append(reader.getText());
        case XMLStreamConstants.END_ELEMENT -> {
          int depth = open.size();
          Element ended = open.pop();
          visitor.visit(ended, depth);
          if (open.isEmpty()) {
            root = ended;
          } else {
            open.peek().children().put(ended.name(), text.toString());
          }
          text.setLength(0);
        }
        case XMLStreamConstants.DTD -> throw new IOException("the answer has a document type");
        default -> {
          // Comments, spaces and the document's two ends say nothing.
        }
      }
    }
    if (root == null) {
      throw new IOException("the answer has no element");
    }
    return root;
  }

  static long number(String text) throws IOException {
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
      throw new IOException("the answer's '%s' is no length".formatted(text));
    } catch (NumberFormatException e) {
      throw new IOException("the answer's '%s' is no number".formatted(text), e);
    }
  }

  static Instant time(String text) throws IOException {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new IOException("the answer's '%s' is no time".formatted(text), e);
    }
  }

  private static String decode(String text) throws IOException {
    return UriText.decodeForm(text);
  }
}
