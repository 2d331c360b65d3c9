# The AWS CLI, run by Terraform: the common way without a provider that knows these copies.
variable "copies" {
  type = number
}

resource "terraform_data" "copy" {
  count = var.copies
  input = {
    source = format("source-%03d", count.index)
    target = format("copy-%03d", count.index)
  }

  provisioner "local-exec" {
    command = <<-EOT
      set -e
      aws lightsail copy-snapshot --region eu-west-1 --source-region us-east-1 \
        --source-snapshot-name ${self.input.source} --target-snapshot-name ${self.input.target} >/dev/null
      until [ "$(aws lightsail get-instance-snapshot --region eu-west-1 --instance-snapshot-name ${self.input.target} \
        --query instanceSnapshot.state --output text)" = available ]; do sleep 5; done
    EOT
  }

  provisioner "local-exec" {
    when    = destroy
    command = "aws lightsail delete-instance-snapshot --region eu-west-1 --instance-snapshot-name ${self.input.target}"
  }
}
