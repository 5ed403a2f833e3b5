# frozen_string_literal: true

# Runs what the guide shows of Ruby on one request: body on the standard input, headers and secret in the environment.
require_relative "verify"

headers = %w[webhook-id webhook-timestamp webhook-signature].to_h { |name| [name, ENV[name.upcase.tr("-", "_")]] }
begin
  puts "genuine #{verify($stdin.binmode.read, headers.compact, ENV.fetch("WEBHOOK_SECRET"))["type"]}"
rescue NotGenuine => e
  puts "refused: #{e.message}"
end
