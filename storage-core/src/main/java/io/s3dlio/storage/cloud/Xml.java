package io.s3dlio.storage.cloud;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * XML as services write and read it. Answers are read without document types and entities of their
 * own, and no deeper than services write them.
 */
public final class Xml {
  public static final int MAX_DEPTH = 8;

  private static final XMLInputFactory READERS = readers();

  private Xml() {}

  /** An element and the text of its children; of the last one, where a name occurs twice. */
  public record Element(String name, Map<String, String> children) {
    public String text(String child) {
      return children.getOrDefault(child, "");
    }

    public String required(String child) throws IOException {
      String text = children.get(child);
      if (text == null) {
        throw new IOException("the answer's <%s> has no <%s>".formatted(name, child));
      }
      return text;
    }
  }

  /** Sees each element that ends, the innermost first. */
  @FunctionalInterface
  public interface Visitor {
    void visit(Element element, int depth) throws IOException;
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
  public interface Parsing<T> {
    T parse(XMLStreamReader reader) throws XMLStreamException, IOException;
  }

  /** Reads a document through and returns its root. */
  public static Element read(ByteBuffer body, String rootName, Visitor visitor) throws IOException {
    return parse(body, reader -> read(reader, rootName, visitor));
  }

  /**
   * Makes something of a document.
   *
   * @throws IOException if it is none
   */
  public static <T> T parse(ByteBuffer body, Parsing<T> parsing) throws IOException {
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

  /** Returns whether a document can hold the key: XML 1.0 has no way to write most controls. */
  public static boolean canHold(String key) {
    return UTF_8.newEncoder().canEncode(key)
        && key.chars()
            .allMatch(
                c -> c >= ' ' ? c != 0xFFFE && c != 0xFFFF : c == '\t' || c == '\n' || c == '\r');
  }

  /** Appends text as a document holds it. */
  public static void text(StringBuilder xml, String text) {
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

  /** Returns a document's bytes. */
  public static ByteBuffer bytes(StringBuilder xml) {
    return ByteBuffer.wrap(xml.toString().getBytes(UTF_8));
  }

  /** Reads a length. */
  public static long number(String text) throws IOException {
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

  /** Reads a time of ISO 8601. */
  public static Instant time(String text) throws IOException {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new IOException("the answer's '%s' is no time".formatted(text), e);
    }
  }
}
