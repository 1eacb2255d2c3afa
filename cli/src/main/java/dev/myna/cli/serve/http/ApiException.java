// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

/**
 * An error response: what the client may know, and nothing else. Types and codes are those of the OpenAI API where it has them.
 */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final String INVALID = "invalid_request_error";

    private static final int MAX_MESSAGE = 600;
    private static final int MAX_PARAM = 300;

    private final int status;
    private final String type;
    private final String param;
    private final String code;
    private final int retryAfterSeconds;

    private ApiException(int status, String type, String param, String code, int retryAfterSeconds, String message) {
        super(Printable.text(message, MAX_MESSAGE));
        this.status = status;
        this.type = type;
        this.param = param == null ? null : Printable.text(param, MAX_PARAM);
        this.code = code;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /**
     * 400.
     *
     * @param param path of the field that is wrong, or null
     */
    public static ApiException invalid(String param, String code, String message) {
        return new ApiException(400, INVALID, param, code, 0, message);
    }

    /** 400 for a value that is not allowed. */
    public static ApiException value(String param, String message) {
        return invalid(param, "invalid_value", message);
    }

    /** 401. */
    static ApiException unauthorized(String code, String message) {
        return new ApiException(401, "authentication_error", null, code, 0, message);
    }

    /** 403. */
    static ApiException forbidden(String code, String message) {
        return new ApiException(403, "permission_error", null, code, 0, message);
    }

    /**
     * 404.
     *
     * @param param the field with the unknown name, or null for the path
     */
    public static ApiException notFound(String param, String code, String message) {
        return new ApiException(404, "not_found_error", param, code, 0, message);
    }

    /** 405. */
    public static ApiException method(String allowed) {
        return new ApiException(405, INVALID, null, "method_not_allowed", 0, "this path answers " + allowed + " only");
    }

    /** 400 for a malformed HTTP request. */
    static ApiException malformed(String message) {
        return invalid(null, "invalid_http", message);
    }

    /** 431. */
    static ApiException headerTooLarge(String message) {
        return new ApiException(431, INVALID, null, "header_too_large", 0, message);
    }

    /** 501 for an unsupported transfer encoding. */
    static ApiException transferEncoding() {
        return new ApiException(
                501, INVALID, null, "unsupported_transfer_encoding", 0, "Transfer-Encoding must be chunked or absent");
    }

    /** 505. */
    static ApiException version() {
        return new ApiException(505, INVALID, null, "unsupported_http_version", 0, "this server speaks HTTP/1.1");
    }

    /** 415 for an unsupported content encoding. */
    static ApiException contentEncoding(String message) {
        return new ApiException(415, INVALID, null, "unsupported_content_encoding", 0, message);
    }

    /** 415 for a body that is not JSON. */
    static ApiException contentType(String message) {
        return new ApiException(415, INVALID, null, "unsupported_content_type", 0, message);
    }

    /** 413 for a body of more bytes than allowed. */
    static ApiException bodyTooLong(int max) {
        return tooLarge("the body is longer than " + (max >> 20) + " MiB: send smaller images");
    }

    /** 503 for a request that was interrupted. */
    public static ApiException interrupted() {
        return unavailable("interrupted", 1, "reading the request was interrupted");
    }

    /** 413. */
    static ApiException tooLarge(String message) {
        return new ApiException(413, INVALID, null, "request_too_large", 0, message);
    }

    /** 429: too many requests at once. */
    public static ApiException busy(String message) {
        return new ApiException(429, "rate_limit_error", null, "server_busy", 1, message);
    }

    /** 500. */
    static ApiException internal(String message) {
        return new ApiException(500, "server_error", null, "internal_error", 0, message);
    }

    /** 503. */
    static ApiException unavailable(String code, int retryAfterSeconds, String message) {
        return new ApiException(503, "unavailable_error", null, code, retryAfterSeconds, message);
    }

    public int status() {
        return status;
    }

    String type() {
        return type;
    }

    /** Path of the field, or null. */
    public String param() {
        return param;
    }

    public String code() {
        return code;
    }

    /** 0 for none. */
    int retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
