# The AWS CLI, run by Terraform, on EC2: needs no provider of Terraform's from elsewhere.
variable "copies" {
  type = number
}

resource "terraform_data" "copy" {
  count = var.copies
  input = {
    source = format("snap-1%07x", count.index)
    target = format("copy-%03d", count.index)
  }

  provisioner "local-exec" {
    command = <<-EOT
      set -e
      id=$(aws ec2 copy-snapshot --region eu-west-1 --source-region us-east-1 \
        --source-snapshot-id ${self.input.source} --description ${self.input.target} --query SnapshotId --output text)
      until [ "$(aws ec2 describe-snapshots --region eu-west-1 --snapshot-ids $id \
        --query 'Snapshots[0].State' --output text)" = completed ]; do sleep 5; done
    EOT
  }
}
